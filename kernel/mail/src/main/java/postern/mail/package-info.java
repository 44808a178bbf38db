/**
 * Mail as values: {@link postern.mail.Mailbox}, {@link postern.mail.Envelope}, {@link
 * postern.mail.Content}, {@link postern.mail.Outcome}, and the questions that programs of one
 * domain ask each other ({@link postern.mail.Router}, {@link postern.mail.Notices}).
 */
package postern.mail;

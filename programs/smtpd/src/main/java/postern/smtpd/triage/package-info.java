/**
 * What is known of a client before it has said a word: lists that name it, and what it did last.
 */
package postern.smtpd.triage;

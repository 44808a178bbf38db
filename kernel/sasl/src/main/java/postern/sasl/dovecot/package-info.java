/**
 * The protocol of Dovecot's authentication service, version 1.2, both sides: a mail server passes
 * on what a client says and learns who it is, without knowing mechanisms or passwords. Our own
 * service speaks it too, with one addition: what binds an exchange to its TLS connection.
 * docs/protocols/auth.md.
 */
package postern.sasl.dovecot;

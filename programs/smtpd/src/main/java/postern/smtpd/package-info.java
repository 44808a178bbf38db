/**
 * <b>Name.</b> smtpd - takes mail from strangers by SMTP, and from users of this machine by SMTP on
 * a Unix-domain socket.
 *
 * <p><b>Does.</b> Speaks SMTP (RFC 5321) with PIPELINING, SIZE, 8BITMIME, SMTPUTF8, CHUNKING,
 * ENHANCEDSTATUSCODES and DSN, one virtual thread for each session. Holds the whole message, in
 * memory or in a scratch file without a name, and only then hands it on; its reply to the end of
 * data is the reply of the program that committed the message. Asks that same program at RCPT
 * whether a recipient is known, and whether its domain is ours at all.
 *
 * <p>Rules of the operator's ({@link postern.smtpd.access}) are asked at each stage; they can
 * refuse, and change what becomes of a message, but never open relaying.
 *
 * <p><b>Trusts.</b> Nobody's octets. Clients from the trusted networks may relay. On the
 * Unix-domain socket the kernel says who is calling, and {@code AUTH EXTERNAL} asks for that word;
 * whatever name the client claims must be the same. Only CRLF.CRLF ends data; a message with a CR
 * or LF that stands alone is refused, and nothing behind a refused DATA is ever a command.
 *
 * <p><b>Powers.</b> Listeners that it is given; scratch files in one folder; the socket of the
 * program that it hands messages to. No file of the queue. Name servers, where rules or lists of
 * addresses are configured; no other network.
 *
 * <p><b>Limits.</b> Sessions in all and for each client, command lines, commands without mail,
 * errors, recipients, message, header and trace length, memory for messages, time for each command,
 * a minimum rate for content, and the length of a session: {@link postern.smtpd.SmtpdConfig}.
 * Beyond them it answers 421, 452 or 552.
 *
 * <p><b>Diagnostics.</b> A line for each message accepted, each command refused by policy ({@code
 * reject:}), and each session at its end with its commands counted. A session that fails ends
 * alone. 451 4.3.0 says that the program behind could not be asked, 452 4.3.1 that no scratch file
 * could be written.
 */
package postern.smtpd;

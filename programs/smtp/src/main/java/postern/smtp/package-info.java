/**
 * <b>Name.</b> smtp - hands mail to other hosts.
 *
 * <p><b>Does.</b> Makes one attempt for one message and one next hop: finds the hosts (RFC 5321
 * §5.1), opens or reuses a connection, starts TLS as the policy wants it (see {@link
 * postern.smtp.tls}), sends the message with as few round trips as the host allows (RFC 2920), and
 * says for each recipient how it ended.
 *
 * <p><b>Trusts.</b> Nobody: hosts are strangers. Their replies are bounded, and where they make no
 * sense the outcome is "later". Without a policy a host's certificate is not verified (RFC 7435).
 *
 * <p><b>Powers.</b> TCP to the outside, DNS, the sockets that requests come on, and those of mail
 * stores that a transport names. No files but what is being converted, tables of TLS policies, and
 * the certificates of authorities. Private keys of its own come by master.
 *
 * <p><b>Limits.</b> Five addresses and two sessions per next hop; the time-outs of RFC 5321
 * §4.5.3.2, an hour for a message, 500 octets a second; 200 idle connections for 5 s each, 100
 * messages or 300 s per connection; replies of 100 lines of 2048 octets: {@link
 * postern.smtp.SmtpConfig}.
 *
 * <p><b>Diagnostics.</b> A recipient is bounced only by a host's own 5yz, by the name service's
 * word that the recipients' own domain has no such host, or where the host cannot take what the
 * message needs. What is wrong with a next hop that the operator chose (4.3.5), a lost connection,
 * a time-out, a contradiction, a policy of TLS that is not met defers. When the connection is lost
 * between the end of data and its reply the host may have taken the message: it is deferred, logged
 * as {@code in_doubt=} with a running count, and may arrive twice.
 */
package postern.smtp;

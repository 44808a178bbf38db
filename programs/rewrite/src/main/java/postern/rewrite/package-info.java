/**
 * Name: rewrite(8), where an address goes.
 *
 * <p>Does: answers one question for every recipient: the transport and next hop, or why there is
 * none; and which recipients an alias stands for. smtpd asks at RCPT (through cleanup's VRFY),
 * cleanup when it completes a message, qmgr before each attempt. Replaces addresses in envelope and
 * header where the configuration says so, adds copies, chooses what is archived, and gives
 * addresses another form on their way out.
 *
 * <p>Trusts: the configuration, its tables, the aliases file, the user database of the machine.
 *
 * <p>Powers: none of its own; reads the tables and the aliases file and asks the user database, in
 * the queue domain; reads generic tables, in the out domain.
 *
 * <p>Limits: 1000 recipients from one alias, 1000 aliases deep, 1000 characters of local part,
 * 102400 octets of header.
 *
 * <p>Diagnostics: an unknown user is refused (550 5.1.1); a table or user database that cannot be
 * asked defers (451 4.3.0), never bounces; aliases without end and values that are no addresses
 * defer (451 4.2.4); docs/routing.md has them all.
 */
package postern.rewrite;

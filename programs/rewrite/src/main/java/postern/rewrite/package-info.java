/**
 * Name: rewrite(8), where an address goes.
 *
 * <p>Does: answers one question for every recipient: the transport and next hop, or why there is
 * none; and which recipients an alias stands for. smtpd asks at RCPT (through cleanup's VRFY),
 * cleanup when it completes a message, qmgr before each attempt.
 *
 * <p>Trusts: the configuration, the aliases file, the user database of the machine.
 *
 * <p>Powers: none of its own; reads the aliases file and asks the user database, in the queue
 * domain.
 *
 * <p>Limits: {@link postern.rewrite.AddressRouter#EXPANSION_MAX} recipients from one alias, {@link
 * postern.rewrite.AddressRouter#DEPTH_MAX} aliases deep.
 *
 * <p>Diagnostics: an unknown user is refused (550 5.1.1); a user database that cannot be asked
 * defers (451 4.3.0), never bounces; lines of the aliases file that cannot be read are logged and
 * left out.
 */
package postern.rewrite;

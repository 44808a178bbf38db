/**
 * What a connection to another host must have, and whether it has it: one unit for the operator's
 * word, DANE (RFC 7672), MTA-STS (RFC 8461) and REQUIRETLS (RFC 8689), so that they cannot
 * contradict one another unseen.
 *
 * <p>{@link postern.smtp.tls.Policies} decides for each {@link postern.smtp.tls.Destination} a
 * {@link postern.smtp.tls.TlsPolicy}; what domains say of themselves comes in by {@link
 * postern.smtp.tls.Published}. After the handshake {@link postern.smtp.tls.ServerJudge} says
 * whether the server proved to be whom the policy wants; how it ended is told to {@link
 * postern.smtp.tls.TlsResults}.
 */
package postern.smtp.tls;

/**
 * The mechanisms of SASL (RFC 4422), as state machines: octets of the other side in, a step out.
 * {@link postern.sasl.ServerExchange} and {@link postern.sasl.ClientExchange} are the two sides;
 * {@link postern.sasl.Accounts} is what a server's side asks. No input or output, no threads, no
 * policy.
 */
package postern.sasl;

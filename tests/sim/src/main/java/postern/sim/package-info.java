/**
 * The simulation: all of Postern's programs over {@link postern.testkit.SimWorld}, with clients,
 * next hops and troubles drawn from a seed, and the {@code Ledger} that is checked at the end:
 * every message answered 250 has, for each recipient, arrived or been bounced; none lost, none
 * invented, none changed, none twice without a cause.
 */
package postern.sim;

/**
 * The name service as mail needs it ({@link postern.dns.Resolver}) and what follows from it: the
 * list of addresses to try for a next hop ({@link postern.dns.HostPlanner}). Names are asked of DNS
 * servers only, never of the C library: a confined process has none of its files.
 */
package postern.dns;

/**
 * Name: lookup(8), asks the tables that other machines keep.
 *
 * <p>Does: answers the other domains' questions, a table's name and a key, by asking socketmap and
 * tcp_table servers: docs/protocols/lookup.md.
 *
 * <p>Trusts: its configuration. A key is anything that a stranger may have typed as an address; it
 * is data for every server and never part of a query's text. What a server says is bounded, and is
 * a text like one that stands in a file.
 *
 * <p>Powers: TCP to the ports of the servers that are configured, Unix sockets, the sockets that it
 * inherits: one for each domain that asks, and on it the tables that this domain uses. No mail ever
 * comes here.
 *
 * <p>Limits: connections to each server, time for one answer, length of requests and replies.
 *
 * <p>Diagnostics: whatever goes wrong with a server is an answer: nobody knows now. Who asked puts
 * mail off.
 */
package postern.lookup;

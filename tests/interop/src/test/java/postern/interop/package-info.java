/**
 * A built Postern, all its processes, against real clients and servers on loopback. Whatever a test
 * needs that is not on the machine (a client, a peer's package, root) skips it visibly.
 */
@org.jspecify.annotations.NullMarked
package postern.interop;

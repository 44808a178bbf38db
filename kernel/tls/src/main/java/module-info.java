/** TLS over a peer. */
@org.jspecify.annotations.NullMarked
module postern.tls {
    requires static org.jspecify;
    requires transitive postern.base;

    exports postern.tls;
}

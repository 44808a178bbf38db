/** TLS over a peer. */
@org.jspecify.annotations.NullMarked
module postern.tls {
    requires static org.jspecify;
    requires java.naming;
    requires static org.conscrypt;
    requires transitive postern.base;

    exports postern.tls;
}

/**
 * Tells who a client is: keeps what there is of passwords, checks tokens, and speaks the
 * mechanisms.
 */
@org.jspecify.annotations.NullMarked
module postern.auth {
    requires static org.jspecify;
    requires transitive postern.base;
    requires transitive postern.config;
    requires transitive postern.http;
    requires transitive postern.sasl;
    requires postern.tls;

    exports postern.auth;
}

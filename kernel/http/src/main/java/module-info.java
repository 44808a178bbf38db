/** HTTPS requests, one on each connection. */
@org.jspecify.annotations.NullMarked
module postern.http {
    requires static org.jspecify;
    requires transitive postern.base;
    requires transitive postern.config;
    requires transitive postern.dns;
    requires transitive postern.tls;
    requires postern.wire;

    exports postern.http;
}

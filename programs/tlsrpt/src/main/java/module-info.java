/** Reports on TLS to other domains. */
@org.jspecify.annotations.NullMarked
module postern.tlsrpt {
    requires static org.jspecify;
    requires transitive postern.base;
    requires transitive postern.config;
    requires transitive postern.dns;
    requires transitive postern.http;
    requires transitive postern.mail;
    requires postern.wire;

    exports postern.tlsrpt;
}

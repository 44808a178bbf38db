/** Delivers by SMTP. */
@org.jspecify.annotations.NullMarked
module postern.smtp {
    requires static org.jspecify;
    requires transitive postern.base;
    requires transitive postern.config;
    requires transitive postern.dns;
    requires transitive postern.mail;
    requires transitive postern.sasl;
    requires transitive postern.table;
    requires transitive postern.tls;
    requires postern.wire;

    exports postern.smtp;
    exports postern.smtp.tls;
}

/** The SMTP server: takes mail from strangers. */
@org.jspecify.annotations.NullMarked
module postern.smtpd {
    requires static org.jspecify;
    requires transitive postern.base;
    requires transitive postern.config;
    requires transitive postern.dns;
    requires transitive postern.mail;
    requires transitive postern.sasl;
    requires transitive postern.table;
    requires transitive postern.tls;
    requires transitive postern.wire;

    exports postern.smtpd;
    exports postern.smtpd.access;
    exports postern.smtpd.triage;
}

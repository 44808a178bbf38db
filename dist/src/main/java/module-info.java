/** The programs put together into domains, and the commands. */
@org.jspecify.annotations.NullMarked
module postern.dist {
    requires static org.jspecify;
    requires postern.auth;
    requires postern.base;
    requires postern.bounce;
    requires postern.cleanup;
    requires postern.command;
    requires postern.config;
    requires postern.dns;
    requires postern.http;
    requires postern.ipc;
    requires postern.local;
    requires postern.lookup;
    requires postern.mailbox;
    requires postern.pipe;
    requires postern.virtual;
    requires postern.mail;
    requires postern.master;
    requires postern.oauth;
    requires postern.os;
    requires postern.qmgr;
    requires postern.rewrite;
    requires postern.sasl;
    requires postern.smtp;
    requires postern.anvil;
    requires postern.smtpd;
    requires postern.qmqpd;
    requires postern.spool;
    requires postern.sts;
    requires postern.table;
    requires postern.tls;
    requires postern.tlsrpt;
    requires postern.wire;

    exports postern.dist;
}

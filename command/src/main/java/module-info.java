/** The commands people type: postern, sendmail, mailq. */
@org.jspecify.annotations.NullMarked
module postern.command {
    requires static org.jspecify;
    requires transitive postern.base;
    requires transitive postern.config;
    requires postern.mail;
    requires postern.sasl;
    requires postern.spool;
    requires postern.wire;
    requires info.picocli;

    exports postern.command;
    exports postern.command.sendmail;
}

/** Delivers into mailboxes of this host. */
@org.jspecify.annotations.NullMarked
module postern.local {
    requires static org.jspecify;
    requires transitive postern.base;
    requires transitive postern.config;
    requires transitive postern.mail;
    requires transitive postern.mailbox;
    requires transitive postern.table;
    requires transitive postern.wire;
    requires postern.ipc;
    requires postern.os;

    exports postern.local;
}

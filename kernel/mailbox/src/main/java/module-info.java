/** Mailboxes and commands, as the delivery agents of this host share them. */
@org.jspecify.annotations.NullMarked
module postern.mailbox {
    requires static org.jspecify;
    requires transitive postern.base;
    requires transitive postern.config;
    requires transitive postern.mail;
    requires transitive postern.os;

    exports postern.mailbox;
}

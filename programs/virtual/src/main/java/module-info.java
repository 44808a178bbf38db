/** Delivers into mailboxes of users without accounts. */
@org.jspecify.annotations.NullMarked
module postern.virtual {
    requires static org.jspecify;
    requires transitive postern.base;
    requires transitive postern.config;
    requires transitive postern.mail;
    requires transitive postern.mailbox;
    requires transitive postern.table;

    exports postern.virtual;
}

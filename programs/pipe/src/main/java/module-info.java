/** Hands messages to commands of other mail systems. */
@org.jspecify.annotations.NullMarked
module postern.pipe {
    requires static org.jspecify;
    requires transitive postern.base;
    requires transitive postern.config;
    requires transitive postern.mail;
    requires transitive postern.mailbox;

    exports postern.pipe;
}

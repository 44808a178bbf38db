/** Completes a message and commits it to the queue. */
@org.jspecify.annotations.NullMarked
module postern.cleanup {
    requires static org.jspecify;
    requires transitive postern.base;
    requires transitive postern.config;
    requires transitive postern.ipc;
    requires transitive postern.mail;
    requires transitive postern.spool;
    requires transitive postern.wire;

    exports postern.cleanup;
}

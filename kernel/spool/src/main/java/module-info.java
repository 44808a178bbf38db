/** The queue on disk: a segmented, append-only log with group commit. */
@org.jspecify.annotations.NullMarked
module postern.spool {
    requires static org.jspecify;
    requires transitive postern.base;
    requires transitive postern.mail;

    exports postern.spool to
            postern.cleanup,
            postern.qmgr,
            postern.bounce,
            postern.dist,
            postern.command,
            postern.testkit,
            postern.sim,
            postern.bench;
}

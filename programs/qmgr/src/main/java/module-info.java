/** The queue manager: decides what is tried when. */
@org.jspecify.annotations.NullMarked
module postern.qmgr {
    requires static org.jspecify;
    requires transitive postern.base;
    requires transitive postern.config;
    requires transitive postern.ipc;
    requires transitive postern.mail;
    requires transitive postern.spool;

    exports postern.qmgr;
}

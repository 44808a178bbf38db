/** The whole mail transfer agent in one JVM, on virtual time, from a seed. */
@org.jspecify.annotations.NullMarked
module postern.sim {
    requires static org.jspecify;
    requires postern.base;
    requires postern.config;
    requires postern.dist;
    requires postern.dns;
    requires postern.mailbox;
    requires postern.qmgr;
    requires postern.spool;
    requires postern.testkit;

    exports postern.sim;
}

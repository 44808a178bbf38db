/** Measures parts of Postern by themselves. */
@org.jspecify.annotations.NullMarked
module postern.bench {
    requires static org.jspecify;
    requires java.management;
    requires postern.base;
    requires postern.mail;
    requires postern.qmgr;
    requires postern.spool;
}

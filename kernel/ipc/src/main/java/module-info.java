/** The hand-over between programs: LMTP with BDAT over Unix sockets. */
@org.jspecify.annotations.NullMarked
module postern.ipc {
    requires static org.jspecify;
    requires transitive postern.base;
    requires transitive postern.mail;
    requires transitive postern.wire;

    exports postern.ipc;
}

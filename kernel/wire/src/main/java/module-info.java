/** SMTP and LMTP on the wire: lines, commands, replies, message data. */
@org.jspecify.annotations.NullMarked
module postern.wire {
    requires static org.jspecify;
    requires transitive postern.base;
    requires transitive postern.mail;

    exports postern.wire;
}

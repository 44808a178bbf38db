/** Mail as values: addresses, envelopes, content, outcomes. No I/O of its own. */
@org.jspecify.annotations.NullMarked
module postern.mail {
    requires static org.jspecify;
    requires transitive postern.base;

    exports postern.mail;
    exports postern.mail.mime;
}

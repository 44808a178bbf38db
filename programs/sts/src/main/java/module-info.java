/** Finds and keeps MTA-STS policies. */
@org.jspecify.annotations.NullMarked
module postern.sts {
    requires static org.jspecify;
    requires transitive postern.base;
    requires transitive postern.dns;
    requires transitive postern.http;

    exports postern.sts;
}

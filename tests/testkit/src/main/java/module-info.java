/** Fakes and players for tests: a disk that loses what was not synced. */
@org.jspecify.annotations.NullMarked
open module postern.testkit {
    requires static org.jspecify;
    requires transitive postern.base;
    requires transitive postern.dns;
    requires jdk.httpserver;
    requires org.bouncycastle.pkix;
    requires org.bouncycastle.provider;
    requires postern.tls;
    requires postern.wire;

    exports postern.testkit;
}

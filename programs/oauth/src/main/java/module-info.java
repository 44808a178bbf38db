/** Fetches access tokens. */
@org.jspecify.annotations.NullMarked
module postern.oauth {
    requires static org.jspecify;
    requires transitive postern.base;
    requires transitive postern.config;
    requires transitive postern.http;

    exports postern.oauth;
}

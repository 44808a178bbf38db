/** Where an address goes. */
@org.jspecify.annotations.NullMarked
module postern.rewrite {
    requires static org.jspecify;
    requires transitive postern.base;
    requires transitive postern.config;
    requires transitive postern.mail;
    requires transitive postern.table;

    exports postern.rewrite;
}

/** Lookup tables. */
@org.jspecify.annotations.NullMarked
module postern.table {
    requires static org.jspecify;
    requires transitive postern.base;
    requires transitive postern.config;
    requires transitive postern.mail;
    requires re2j;

    exports postern.table;
}

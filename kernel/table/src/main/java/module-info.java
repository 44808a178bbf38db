/** Lookup tables. */
@org.jspecify.annotations.NullMarked
module postern.table {
    requires static org.jspecify;
    requires transitive postern.base;
    requires transitive postern.mail;

    exports postern.table;
}

/** Tables that other machines keep. */
@org.jspecify.annotations.NullMarked
module postern.lookup {
    requires static org.jspecify;
    requires transitive postern.base;
    requires transitive postern.config;
    requires transitive postern.table;
    requires java.sql;
    requires unboundid.ldapsdk;

    exports postern.lookup;
}

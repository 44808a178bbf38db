/** Counts what clients do, and says when it is too much. */
@org.jspecify.annotations.NullMarked
module postern.anvil {
    requires static org.jspecify;
    requires transitive postern.base;
    requires transitive postern.config;

    exports postern.anvil;
}

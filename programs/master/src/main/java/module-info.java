/** Starts, confines and restarts the other programs. */
@org.jspecify.annotations.NullMarked
module postern.master {
    requires static org.jspecify;
    requires transitive postern.base;
    requires transitive postern.os;

    exports postern.master;
}

/** What the JDK cannot ask of the kernel: confinement, spawning, identities, inherited sockets. */
@org.jspecify.annotations.NullMarked
module postern.os {
    requires static org.jspecify;
    requires postern.base;

    exports postern.os;
}

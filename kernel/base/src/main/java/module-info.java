/** The world as programs see it: clock, disk, network, tasks, randomness, log. */
@org.jspecify.annotations.NullMarked
module postern.base {
    requires static org.jspecify;
    requires jdk.net;

    exports postern.base;
    exports postern.base.system;
}

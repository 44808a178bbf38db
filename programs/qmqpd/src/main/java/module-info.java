/** The QMQP server: takes mail from hosts of our own. */
@org.jspecify.annotations.NullMarked
module postern.qmqpd {
    requires static org.jspecify;
    requires transitive postern.base;
    requires transitive postern.config;
    requires transitive postern.mail;
    requires transitive postern.wire;

    exports postern.qmqpd;
}

/** Delivery status notifications. */
@org.jspecify.annotations.NullMarked
module postern.bounce {
    requires static org.jspecify;
    requires transitive postern.base;
    requires transitive postern.config;
    requires transitive postern.mail;

    exports postern.bounce;
}

/** Where mail for a name goes: MX and addresses. */
@org.jspecify.annotations.NullMarked
module postern.dns {
    requires static org.jspecify;
    requires org.dnsjava;
    requires transitive postern.base;
    requires transitive postern.mail;

    exports postern.dns;
}

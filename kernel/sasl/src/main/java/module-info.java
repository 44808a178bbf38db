/** Authentication by SASL: the mechanisms, both sides, and what is kept of passwords. */
@org.jspecify.annotations.NullMarked
module postern.sasl {
    requires static org.jspecify;
    requires transitive postern.base;
    requires org.apache.commons.codec;
    requires org.bouncycastle.provider;

    exports postern.sasl;
    exports postern.sasl.dovecot;
    exports postern.sasl.jwt;
    exports postern.sasl.password;
}

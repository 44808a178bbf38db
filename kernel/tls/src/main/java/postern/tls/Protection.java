package postern.tls;

/**
 * How a connection is protected, and what the client showed.
 *
 * @param protocol {@code TLSv1.3}
 * @param cipher {@code TLS_AES_256_GCM_SHA384}
 * @param group in which the keys were agreed, {@code X25519MLKEM768}; empty where the provider does
 *     not tell
 * @param fingerprint SHA-256 of the client's certificate in lower-case hexadecimal; empty when it
 *     showed none
 * @param subject of that certificate: RFC 4514
 * @param verified whether a configured authority vouches for it
 */
public record Protection(
        String protocol,
        String cipher,
        String group,
        String fingerprint,
        String subject,
        boolean verified) {

    /** Whether the client proved to have a certificate, whoever issued it. */
    public boolean certified() {
        return !fingerprint.isEmpty();
    }

    /** As the trace field tells it. */
    @Override
    public String toString() {
        String text =
                protocol + " with cipher " + cipher + (group.isEmpty() ? "" : ", group " + group);
        if (!certified()) {
            return text;
        }
        return text
                + ", client certificate SHA256:"
                + fingerprint
                + (verified ? " verified" : " not verified");
    }
}

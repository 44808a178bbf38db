package postern.tls;

import java.util.List;

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
 * @param names that it bears and that an authority vouches for; none where none does
 */
public record Protection(
        String protocol,
        String cipher,
        String group,
        String fingerprint,
        String subject,
        boolean verified,
        Names names) {

    /**
     * Alternative names of a certificate: RFC 5280 §4.2.1.6.
     *
     * @param addresses of mail, as they are written there
     * @param hosts in lower case, no wildcards
     */
    public record Names(List<String> addresses, List<String> hosts) {
        /** It bears none, or nobody vouches for them. */
        public static final Names NONE = new Names(List.of(), List.of());

        public Names {
            addresses = List.copyOf(addresses);
            hosts = List.copyOf(hosts);
        }
    }

    /** Of a client that showed no certificate. */
    static Protection of(TlsPeer peer) {
        return new Protection(
                peer.protocol(), peer.cipher(), peer.group(), "", "", false, Names.NONE);
    }

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

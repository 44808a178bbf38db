package postern.smtp.tls;

import java.util.Locale;
import java.util.Optional;

/** How much is asked of a connection: Postfix's levels, by their names. */
public enum TlsLevel {
    /** Never: for hosts that offer what they cannot do. */
    NONE,
    /** Where the host offers it, whoever it is; else in clear text: RFC 7435. */
    MAY,
    /** TLS or nothing, whoever the host is. */
    ENCRYPT,
    /** TLS with a certificate, or a key, whose digest is known. */
    FINGERPRINT,
    /** TLS with a certificate that an authority vouches for, of the host's name. */
    VERIFY,
    /** The same, of a name that the name service cannot change: the next hop's. */
    SECURE,
    /** TLS as the host's TLSA records want it (RFC 7672); without such records as {@link #MAY}. */
    DANE,
    /** The same; without usable records the mail waits. */
    DANE_ONLY;

    /** As configuration and log write it: {@code dane-only}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Empty when no level is called so. */
    public static Optional<TlsLevel> of(String text) {
        for (TlsLevel level : values()) {
            if (level.text().equals(text)) {
                return Optional.of(level);
            }
        }
        return Optional.empty();
    }
}

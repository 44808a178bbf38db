package postern.sasl;

import java.util.Optional;

/** The mechanisms that are spoken here, the strongest first. */
public enum Mechanism {
    /** RFC 4422 appendix A: who it is was proved outside, by a certificate or by the kernel. */
    EXTERNAL("EXTERNAL", false),
    /** RFC 7677 with the binding to the TLS channel of RFC 9266. */
    SCRAM_SHA_256_PLUS("SCRAM-SHA-256-PLUS", false),
    /** RFC 7677. */
    SCRAM_SHA_256("SCRAM-SHA-256", false),
    /** RFC 5802. */
    SCRAM_SHA_1("SCRAM-SHA-1", false),
    /** RFC 7628. */
    OAUTHBEARER("OAUTHBEARER", true),
    /** What OAUTHBEARER was before it was a standard; of Google and Microsoft. */
    XOAUTH2("XOAUTH2", true),
    /** RFC 4616. */
    PLAIN("PLAIN", true),
    /** Older than PLAIN, never a standard, and still what many programs know. */
    LOGIN("LOGIN", true);

    private final String text;
    private final boolean secretOnTheWire;

    Mechanism(String text, boolean secretOnTheWire) {
        this.text = text;
        this.secretOnTheWire = secretOnTheWire;
    }

    /** As AUTH names it. */
    public String text() {
        return text;
    }

    /**
     * Whether what the client sends is all that is needed to pose as the user: then it must not go
     * over a connection that others can listen to (RFC 4954 §4, RFC 7628 §4).
     */
    public boolean secretOnTheWire() {
        return secretOnTheWire;
    }

    /** Whether it wants a token for a password. */
    public boolean bearer() {
        return this == OAUTHBEARER || this == XOAUTH2;
    }

    /** The digest of the SCRAM family; empty for another. */
    public Optional<ScramHash> scram() {
        return switch (this) {
            case SCRAM_SHA_256, SCRAM_SHA_256_PLUS -> Optional.of(ScramHash.SHA_256);
            case SCRAM_SHA_1 -> Optional.of(ScramHash.SHA_1);
            case EXTERNAL, OAUTHBEARER, XOAUTH2, PLAIN, LOGIN -> Optional.empty();
        };
    }

    /** By the name on the wire, in whatever case. */
    public static Optional<Mechanism> of(String name) {
        for (Mechanism each : values()) {
            if (each.text.equalsIgnoreCase(name)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }
}

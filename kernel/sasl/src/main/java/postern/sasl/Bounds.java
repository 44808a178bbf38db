package postern.sasl;

/** How much the other side may say. */
public final class Bounds {
    /** Longest line of an exchange, base64 and CRLF included: RFC 4954 §4. */
    public static final int LINE_OCTETS_MAX = 12_288;

    /** What such a line can hold. */
    public static final int MESSAGE_OCTETS_MAX = LINE_OCTETS_MAX / 4 * 3;

    /** Longest user name and password. As Dovecot's AUTH_REQUEST_MAX_PASSWORD_LEN. */
    public static final int NAME_CHARS_MAX = 512;

    /** Messages of one side in an exchange; SCRAM, the longest, has three. */
    public static final int STEPS_MAX = 8;

    /** What RFC 5802 §5.1 asks of servers at the least. */
    public static final int ITERATIONS_MIN = 4096;

    /** A server that asks for more wants our time, not our proof. */
    public static final int ITERATIONS_MAX = 1_000_000;

    private Bounds() {}
}

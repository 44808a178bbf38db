package postern.wire;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * How long a command line may be, its CRLF included: RFC 5321 §4.5.3.1.4 says 512 octets, and each
 * extension adds what the parameters need that it brings to a command. What is sent beyond that is
 * no command of anybody who means well.
 *
 * @param plain octets of a command without extensions, 512 at the least
 */
public record CommandLength(int plain) {
    /** RFC 5321 §4.5.3.1.4. */
    public static final int PLAIN_OCTETS = 512;

    /** The longest that {@link #plain} may be. */
    public static final int PLAIN_OCTETS_MAX = 8 * 1024;

    /** RFC 4954 §4: of a line of an authentication exchange, AUTH itself included. */
    private static final int AUTH_OCTETS = 12_288;

    /**
     * 26 for SIZE (RFC 1870), 17 for BODY (RFC 6152), 10 for SMTPUTF8 (RFC 6531), 500 for AUTH (RFC
     * 4954), 116 for RET and ENVID (RFC 3461 §5.4), 17 for BY (RFC 2852), 34 for HOLDFOR and
     * HOLDUNTIL (RFC 4865), 15 for MT-PRIORITY (RFC 6710), 11 for REQUIRETLS (RFC 8689), 9 for
     * XVERP.
     */
    private static final int MAIL_ADDS = 26 + 17 + 10 + 500 + 116 + 17 + 34 + 15 + 11 + 9;

    /** 29 for NOTIFY, 507 for ORCPT: RFC 3461 §5.4. */
    private static final int RCPT_ADDS = 29 + 507;

    /** SMTPUTF8 behind VRFY and EXPN: RFC 6531 §3.7.4.2. */
    private static final int VRFY_ADDS = 9;

    /**
     * What proxies of our own say is encoded, each octet as three characters, and no RFC bounds it.
     */
    private static final int PROXY_ADDS = 1536;

    /** The longest line that any command but AUTH may have. */
    public int longest() {
        return plain + Math.max(MAIL_ADDS, PROXY_ADDS);
    }

    /**
     * Whether a command is longer than it may be.
     *
     * @param line without its CRLF
     */
    public boolean exceeded(byte[] line) {
        int octets = line.length + 2;
        return octets > plain && octets > allowed(line);
    }

    private int allowed(byte[] line) {
        return switch (verb(line)) {
            case "MAIL " -> plain + MAIL_ADDS;
            case "RCPT " -> plain + RCPT_ADDS;
            case "VRFY ", "EXPN " -> plain + VRFY_ADDS;
            case "XCLIE", "XFORW" -> plain + PROXY_ADDS;
            case "AUTH " -> AUTH_OCTETS;
            default -> plain;
        };
    }

    /**
     * Whether a line begins as AUTH does.
     *
     * @param start its first octets
     */
    public static boolean auth(byte[] start) {
        return verb(start).equals("AUTH ");
    }

    /** RFC 5321 §2.4: case does not matter. */
    private static String verb(byte[] line) {
        int length = Math.min(line.length, PeerReader.START_OCTETS);
        return new String(line, 0, length, StandardCharsets.ISO_8859_1).toUpperCase(Locale.ROOT);
    }
}

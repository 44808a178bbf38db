package postern.mail;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads addresses as SMTP writes them: RFC 5321 §4.1.2, widened by RFC 6531 §3.3. Characters beyond
 * ASCII are taken here; whether the transaction allows them is for the caller to say ({@link
 * Mailbox#internationalized}). Methods bear the names of the RFC's productions.
 *
 * <p>Wider than the grammar in one point: an underscore in a domain name is taken, because hosts
 * that have one send mail.
 */
public final class AddressParser {
    /** RFC 5321 §4.5.3.1.1, in octets, quotes included. */
    public static final int LOCAL_PART_OCTETS_MAX = 64;

    /** RFC 5321 §4.5.3.1.2, in octets. */
    public static final int DOMAIN_OCTETS_MAX = 255;

    /** RFC 5321 §4.5.3.1.3, in octets: the path with its brackets and separators. */
    public static final int PATH_OCTETS_MAX = 256;

    /** RFC 1035 §2.3.4. */
    private static final int LABEL_CHARS_MAX = 63;

    private static final String NO_U_LABEL = "a label of the domain is none of IDNA";

    private static final String POSTMASTER = "postmaster";

    private final String text;
    private final int limit;
    private final @Nullable Domain bare; // completes an address without a domain
    private int at;

    private AddressParser(String text, int from, int limit) {
        this(text, from, limit, null);
    }

    private AddressParser(String text, int from, int limit, @Nullable Domain bare) {
        this.bare = bare;
        this.text = text;
        this.at = from;
        this.limit = limit;
    }

    /** What a text turned out to be. */
    public sealed interface Parsed {

        /**
         * An address.
         *
         * @param end index behind it
         */
        record Address(Mailbox mailbox, int end) implements Parsed {}

        /** {@code <>}. */
        record Empty(int end) implements Parsed {}

        /** Neither; {@code why} is fit for a reply. */
        record Invalid(String why) implements Parsed {}
    }

    /** {@code Mailbox}: the whole text is one address without brackets. */
    public static Parsed mailbox(String text) {
        AddressParser parser = new AddressParser(text, 0, text.length());
        try {
            Mailbox mailbox = parser.mailbox();
            parser.require(parser.at == parser.limit, "characters behind the address");
            return new Parsed.Address(mailbox, parser.at);
        } catch (Malformed malformed) {
            return new Parsed.Invalid(malformed.why);
        }
    }

    /**
     * {@code Path}, or {@code <>}, or {@code <Postmaster>}, which is completed (RFC 5321 §4.5.1).
     *
     * @param from where the path begins in the text; what follows it is left alone
     * @param ours the domain that completes {@code <Postmaster>}
     */
    public static Parsed path(String text, int from, Domain ours) {
        AddressParser parser = new AddressParser(text, from, text.length());
        try {
            return parser.path(ours);
        } catch (Malformed malformed) {
            return new Parsed.Invalid(malformed.why);
        }
    }

    /** {@code Reverse-path}: the same, but for {@code <Postmaster>} (RFC 5321 §2.3.5). */
    public static Parsed reversePath(String text, int from) {
        AddressParser parser = new AddressParser(text, from, text.length());
        try {
            return parser.path(null);
        } catch (Malformed malformed) {
            return new Parsed.Invalid(malformed.why);
        }
    }

    /**
     * The same, where {@code <user>} is taken too, as of a user of our own who submits mail (RFC
     * 6409 §8): it is completed.
     *
     * @param origin the domain that completes it
     */
    public static Parsed path(String text, int from, Domain ours, Domain origin) {
        AddressParser parser = new AddressParser(text, from, text.length(), origin);
        try {
            return parser.path(ours);
        } catch (Malformed malformed) {
            return new Parsed.Invalid(malformed.why);
        }
    }

    /** {@code Domain} or {@code address-literal}: the whole text. */
    public static boolean host(String text) {
        AddressParser parser = new AddressParser(text, 0, text.length());
        try {
            String unused = parser.host();
            return parser.at == parser.limit;
        } catch (Malformed malformed) {
            return false;
        }
    }

    private Parsed path(@Nullable Domain ours) throws Malformed {
        int start = at;
        require(take('<'), "an address stands in <>");
        if (take('>')) {
            return new Parsed.Empty(at);
        }
        if (peek() == '@') {
            sourceRoute();
        }
        Mailbox mailbox =
                ours != null && postmaster() ? new Mailbox(postmasterText(), ours) : mailbox();
        require(take('>'), "no > behind the address");
        require(octets(start, at) <= PATH_OCTETS_MAX, "the address is too long");
        return new Parsed.Address(mailbox, at);
    }

    /** {@code A-d-l ":"}: accepted and ignored, RFC 5321 §4.1.1.3 and appendix C. */
    private void sourceRoute() throws Malformed {
        do {
            require(take('@'), "malformed source route");
            String unused = domain();
        } while (take(','));
        require(take(':'), "malformed source route");
    }

    private boolean postmaster() {
        int end = at + POSTMASTER.length();
        return end < limit
                && text.charAt(end) == '>'
                && text.regionMatches(true, at, POSTMASTER, 0, POSTMASTER.length());
    }

    private String postmasterText() {
        int start = at;
        at += POSTMASTER.length();
        return text.substring(start, at);
    }

    private Mailbox mailbox() throws Malformed {
        int start = at;
        String localPart = peek() == '"' ? quotedString() : dotString();
        require(octets(start, at) <= LOCAL_PART_OCTETS_MAX, "the local part is too long");
        if (bare != null && at > start && peek() == '>') {
            return new Mailbox(localPart, bare);
        }
        require(take('@'), at > start ? "no @domain behind the local part" : "no local part");
        return new Mailbox(localPart, new Domain(host()));
    }

    /** {@code Dot-string}. */
    private String dotString() throws Malformed {
        int start = at;
        while (at < limit) {
            char c = text.charAt(at);
            if (c == '.') {
                require(at > start && text.charAt(at - 1) != '.', "a dot out of place");
            } else if (!Mailbox.atext(c)) {
                break;
            }
            at++;
        }
        require(at == start || text.charAt(at - 1) != '.', "a dot out of place");
        require(at > start, "no local part");
        return text.substring(start, at);
    }

    /** {@code Quoted-string}; returned is what it means. */
    private String quotedString() throws Malformed {
        StringBuilder meant = new StringBuilder(LOCAL_PART_OCTETS_MAX);
        at++;
        while (!take('"')) {
            boolean pair = take('\\');
            char c = peek();
            require(c >= ' ' && c != 0x7f && (c < 0x80 || !pair), "malformed quoted local part");
            meant.append(c);
            at++;
        }
        return meant.toString();
    }

    private String host() throws Malformed {
        int start = at;
        String host = peek() == '[' ? addressLiteral() : domain();
        require(octets(start, at) <= DOMAIN_OCTETS_MAX, "the domain is too long");
        return host;
    }

    /** {@code Domain}: labels of letters, digits and hyphens, not at an end. */
    private String domain() throws Malformed {
        int start = at;
        do {
            int label = at;
            while (at < limit && labelCharacter(text.charAt(at))) {
                at++;
            }
            require(at > label, "malformed domain");
            require(at - label <= LABEL_CHARS_MAX, "a label of the domain is too long");
            require(
                    text.charAt(label) != '-' && text.charAt(at - 1) != '-',
                    "a hyphen at an end of a label");
        } while (take('.'));
        String domain = text.substring(start, at);
        require(UnicodeDomain.valid(domain), NO_U_LABEL);
        return domain;
    }

    private static boolean labelCharacter(char c) {
        return c >= 'a' && c <= 'z'
                || c >= 'A' && c <= 'Z'
                || c >= '0' && c <= '9'
                || c == '-'
                || c == '_'
                || c >= 0xa0; // a U-label: RFC 6531 §3.3
    }

    /**
     * {@code address-literal}: RFC 5321 §4.1.3. A {@code General-address-literal} is taken by its
     * form: which tags are registered, and who can be reached there, is not the grammar's to say.
     */
    private String addressLiteral() throws Malformed {
        int start = at;
        int close = text.indexOf(']', at);
        require(close > 0 && close < limit, "no ] behind the address literal");
        String inside = text.substring(at + 1, close);
        boolean valid =
                inside.regionMatches(true, 0, "IPv6:", 0, 5)
                        ? AddressLiteral.ipv6(inside.substring(5))
                        : AddressLiteral.ipv4(inside) || AddressLiteral.general(inside);
        require(valid, "malformed address literal");
        at = close + 1;
        return text.substring(start, at);
    }

    private char peek() {
        return at < limit ? text.charAt(at) : 0;
    }

    private boolean take(char c) {
        if (at < limit && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    /** Limits count octets as they were on the wire, not characters. */
    private int octets(int start, int end) {
        for (int i = start; i < end; i++) {
            if (text.charAt(i) >= 0x80) {
                return text.substring(start, end).getBytes(StandardCharsets.UTF_8).length;
            }
        }
        return end - start;
    }

    private void require(boolean holds, String why) throws Malformed {
        if (!holds) {
            throw new Malformed(why);
        }
    }

    /** Steers inside this class only. */
    private static final class Malformed extends Exception {
        private static final long serialVersionUID = 1;

        private final String why;

        Malformed(String why) {
            super(why, null, false, false);
            this.why = why;
        }
    }
}

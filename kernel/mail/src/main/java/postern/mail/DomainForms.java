package postern.mail;

import java.net.IDN;
import java.text.Normalizer;
import java.util.Locale;

/**
 * The two ways of writing an internationalized domain: A-labels for the name service, U-labels for
 * people (RFC 5890 §2.3.2.1). The JDK knows the rules of 2003 alone, by which {@code faß.example}
 * is {@code fass.example}, the domain of somebody else; the four characters that IDNA2008 took in
 * (RFC 5894 §7.2) are seen to here.
 */
public final class DomainForms {
    private static final String PREFIX = "xn--";

    /** Sharp s, final sigma, and the two joiners: what they were mapped to, they are no more. */
    private static final String OWN_LETTERS = "\u00df\u03c2\u200c\u200d";

    private static final int LABEL_CHARS_MAX = 63;

    private DomainForms() {}

    /**
     * With A-labels; a name in ASCII is that already.
     *
     * @throws IllegalArgumentException it has no such form
     */
    public static String ascii(String domain) {
        if (Mailbox.ascii(domain)) {
            return domain;
        }
        StringBuilder text = new StringBuilder();
        for (String label : domain.split("\\.", -1)) {
            text.append(text.isEmpty() ? "" : ".").append(asciiLabel(label));
        }
        return text.toString();
    }

    /** With U-labels; labels that have no such form stay. */
    public static String unicode(String domain) {
        StringBuilder text = new StringBuilder();
        for (String label : domain.split("\\.", -1)) {
            text.append(text.isEmpty() ? "" : ".").append(unicodeLabel(label));
        }
        return text.toString();
    }

    private static boolean own(String label) {
        return label.chars().anyMatch(c -> OWN_LETTERS.indexOf(c) >= 0);
    }

    private static String asciiLabel(String label) {
        String lower = label.replace('\u1e9e', '\u00df'); // the capital of sharp s
        if (!own(lower)) {
            return lower.isEmpty() ? "" : IDN.toASCII(lower, IDN.ALLOW_UNASSIGNED);
        }
        String folded = Normalizer.normalize(lower.toLowerCase(Locale.ROOT), Normalizer.Form.NFKC);
        String encoded = PREFIX + Punycode.encode(folded);
        if (encoded.length() > LABEL_CHARS_MAX || folded.indexOf('.') >= 0) {
            throw new IllegalArgumentException("no label of a domain");
        }
        return encoded;
    }

    private static String unicodeLabel(String label) {
        String other = IDN.toUnicode(label, IDN.ALLOW_UNASSIGNED);
        if (!other.equals(label) || !label.toLowerCase(Locale.ROOT).startsWith(PREFIX)) {
            return other;
        }
        try { // perhaps one of those that the JDK does not take back
            String decoded =
                    Punycode.decode(label.substring(PREFIX.length()).toLowerCase(Locale.ROOT));
            return own(decoded) && asciiLabel(decoded).equalsIgnoreCase(label) ? decoded : label;
        } catch (IllegalArgumentException _) {
            return label;
        }
    }
}

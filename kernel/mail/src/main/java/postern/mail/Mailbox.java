package postern.mail;

import postern.base.Bug;

/**
 * An address: local part and domain. The local part is held as what it means: quoting (RFC 5321
 * §4.1.2) is taken off by the parser and put on again where the text needs it, so {@code
 * "ann"@example.org} and {@code ann@example.org} are equal.
 */
public record Mailbox(String localPart, Domain domain) {
    public Mailbox {
        Bug.unless(!localPart.isEmpty() || domain.text().length() > 0, "a mailbox names somebody");
    }

    public static Mailbox of(String localPart, String domain) {
        return new Mailbox(localPart, new Domain(domain));
    }

    /** As it goes on the wire, without angle brackets. */
    @Override
    public String toString() {
        return (dotString() ? localPart : quoted()) + "@" + domain;
    }

    /** Whether the address cannot be written in ASCII (RFC 6531). */
    public boolean internationalized() {
        return !ascii(localPart) || !ascii(domain.text());
    }

    static boolean ascii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }

    private boolean dotString() { // RFC 5321 §4.1.2: Dot-string = Atom *("." Atom)
        boolean atomOpen = false;
        for (int i = 0; i < localPart.length(); i++) {
            char c = localPart.charAt(i);
            if (c == '.') {
                if (!atomOpen) {
                    return false;
                }
                atomOpen = false;
            } else if (atext(c)) {
                atomOpen = true;
            } else {
                return false;
            }
        }
        return atomOpen;
    }

    /** RFC 5322 §3.2.3 atext, widened by RFC 6531 §3.3. */
    public static boolean atext(char c) {
        return c >= 'a' && c <= 'z'
                || c >= 'A' && c <= 'Z'
                || c >= '0' && c <= '9'
                || c >= 0x80
                || "!#$%&'*+-/=?^_`{|}~".indexOf(c) >= 0;
    }

    private String quoted() {
        StringBuilder text = new StringBuilder(localPart.length() + 8).append('"');
        for (int i = 0; i < localPart.length(); i++) {
            char c = localPart.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\');
            }
            text.append(c);
        }
        return text.append('"').toString();
    }
}

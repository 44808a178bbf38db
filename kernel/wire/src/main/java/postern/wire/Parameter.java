package postern.wire;

import java.util.Locale;
import java.util.Optional;
import postern.mail.Xtext;
import postern.wire.CommandParser.Refusal;

/**
 * One parameter behind MAIL or RCPT: {@code esmtp-param} of RFC 5321 §4.1.2.
 *
 * @param keyword in upper case
 * @param value empty when there was no {@code =}
 */
record Parameter(String keyword, String value) {
    /**
     * Its value may hold the equals sign that RFC 5321 §4.1.2 forbids: that is what it asks for.
     */
    static final String XVERP = "XVERP";

    /** The next parameter; empty at the end of the line. */
    static Optional<Parameter> next(Cursor rest) throws Refusal {
        rest.skipSpaces();
        if (rest.atEnd()) {
            return Optional.empty();
        }
        String word = rest.word();
        int equals = word.indexOf('=');
        String keyword = (equals < 0 ? word : word.substring(0, equals)).toUpperCase(Locale.ROOT);
        String value = equals < 0 ? "" : word.substring(equals + 1);
        boolean free = keyword.equals(XVERP);
        if (!keyword(keyword) || !free && !value(value) || equals >= 0 && value.isEmpty()) {
            throw malformed("parameter");
        }
        return Optional.of(new Parameter(keyword, value));
    }

    /** RFC 5321 §4.1.1.11: a parameter that was not offered. */
    Refusal unknown() {
        return new Refusal(Reply.of(555, "5.5.4", "Unsupported parameter " + keyword));
    }

    Refusal malformed() {
        return malformed(keyword);
    }

    private static Refusal malformed(String what) {
        return new Refusal(Reply.of(501, "5.5.4", "Malformed or repeated " + what));
    }

    void require(boolean holds) throws Refusal {
        if (!holds) {
            throw malformed();
        }
    }

    /** Whether it is xtext of printable ASCII, spaces and all: RFC 3461 §4.2, §4.4. */
    boolean xtext() {
        return Xtext.decode(value).filter(Parameter::printable).isPresent();
    }

    private static boolean printable(String text) {
        return text.chars().allMatch(c -> c >= ' ' && c < 0x7f);
    }

    private static boolean keyword(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean letter = c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (!letter && (c != '-' || i == 0)) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    private static boolean value(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c == '=' || c == 0x7f) {
                return false;
            }
        }
        return true;
    }
}

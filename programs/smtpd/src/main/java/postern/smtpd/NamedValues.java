package postern.smtpd;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import postern.mail.Xtext;

/** {@code NAME=xtext NAME=xtext ...} as XCLIENT and XFORWARD have it. */
final class NamedValues {
    private static final int VALUE_CHARS_MAX = 255;
    private static final String UNAVAILABLE = "[UNAVAILABLE]";
    private static final String UNAVAILABLE_NOW = "[TEMPUNAVAIL]";

    private NamedValues() {}

    /**
     * The values by their names in upper case, empty where the one who speaks does not know them;
     * nothing when the text is malformed, or a name is none of those.
     */
    static Optional<Map<String, String>> parse(String attributes, Set<String> names) {
        Map<String, String> values = new LinkedHashMap<>();
        int at = 0;
        while (at < attributes.length()) {
            int space = attributes.indexOf(' ', at);
            int end = space < 0 ? attributes.length() : space;
            int equals = attributes.indexOf('=', at);
            if (equals <= at || equals >= end) {
                return Optional.empty();
            }
            String name = attributes.substring(at, equals).toUpperCase(Locale.ROOT);
            Optional<String> value = Xtext.decode(attributes.substring(equals + 1, end));
            if (value.isEmpty()
                    || value.get().length() > VALUE_CHARS_MAX
                    || !names.contains(name)) {
                return Optional.empty();
            }
            boolean known =
                    !value.get().equalsIgnoreCase(UNAVAILABLE)
                            && !value.get().equalsIgnoreCase(UNAVAILABLE_NOW);
            values.put(name, known ? value.get() : "");
            at = end + 1;
        }
        return Optional.of(values);
    }
}

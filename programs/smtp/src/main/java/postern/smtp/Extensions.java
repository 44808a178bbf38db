package postern.smtp;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import postern.wire.Reply;

/**
 * What a host's EHLO reply offers: RFC 5321 §4.1.1.1.
 *
 * @param keywords upper case, without parameters
 * @param octetsMax longest message taken: RFC 1870; zero when it does not say
 */
record Extensions(Set<String> keywords, long octetsMax) {
    static final Extensions NONE = new Extensions(Set.of(), 0);

    Extensions {
        keywords = Set.copyOf(keywords);
    }

    static Extensions parse(Reply ehlo) {
        Set<String> keywords = new HashSet<>();
        long octetsMax = 0;
        List<String> lines = ehlo.lines();
        for (String line : lines.subList(1, lines.size())) { // the first is the greeting
            int space = line.indexOf(' ');
            String word = space < 0 ? line : line.substring(0, space);
            String keyword = word.toUpperCase(Locale.ROOT);
            keywords.add(keyword);
            if (keyword.equals("SIZE") && space > 0) {
                octetsMax = number(line.substring(space + 1).strip());
            }
        }
        return new Extensions(keywords, octetsMax);
    }

    boolean offers(String keyword) {
        return keywords.contains(keyword);
    }

    /** Zero, which is no limit, for what is no number. */
    private static long number(String text) {
        try {
            return text.length() > 20
                    ? 0
                    : Math.max(0, Long.parseLong(text)); // RFC 1870 §4: 20 digits
        } catch (NumberFormatException _) {
            return 0;
        }
    }
}

package postern.bounce;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The words of a notice for people, with names in braces where something is filled in. Checked when
 * the configuration is read.
 *
 * @param text lines, separated by LF
 */
public record Template(String text) {
    /** What may stand in braces. */
    static final Set<String> NAMES =
            Set.of("hostname", "postmaster", "sender", "id", "arrived", "until", "recipients");

    /** So long a text is a mistake. */
    private static final int CHARS_MAX = 10_000;

    /** RFC 5322 §2.1.1, in octets of UTF-8, less what a name may grow by when it is filled in. */
    private static final int LINE_CHARS_MAX = 200;

    private static final String OPEN = "{";

    /**
     * @throws IllegalArgumentException what is wrong with it
     */
    static Template parse(String text) {
        if (text.length() > CHARS_MAX) {
            throw new IllegalArgumentException("is longer than " + CHARS_MAX + " characters");
        }
        if (text.isBlank()) {
            throw new IllegalArgumentException("says nothing; leave it out for the usual words");
        }
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            if (line.length() > LINE_CHARS_MAX) {
                throw new IllegalArgumentException(
                        "has a line of over " + LINE_CHARS_MAX + " characters, its line " + number);
            }
            for (int i = 0; i < line.length(); i++) {
                char c = line.charAt(i);
                if (c < ' ' && c != '\t' || c == 0x7f) {
                    throw new IllegalArgumentException(
                            "has a control character in its line " + number);
                }
            }
            for (String name : named(line)) {
                if (!NAMES.contains(name)) {
                    throw new IllegalArgumentException(
                            "names {" + name + "}, which is not known, in its line " + number);
                }
            }
        }
        return new Template(text);
    }

    /**
     * The same for one line.
     *
     * @throws IllegalArgumentException what is wrong with it
     */
    static Template parseLine(String text) {
        if (text.indexOf('\n') >= 0) {
            throw new IllegalArgumentException("is more than one line");
        }
        if (named(text).contains("recipients")) {
            throw new IllegalArgumentException("has no room for {recipients}");
        }
        return parse(text);
    }

    private static List<String> named(String line) {
        List<String> names = new ArrayList<>();
        int open = line.indexOf(OPEN);
        while (open >= 0) {
            int close = line.indexOf('}', open);
            String name = close < 0 ? "" : line.substring(open + 1, close);
            if (!name.isEmpty() && name.chars().allMatch(c -> c >= 'a' && c <= 'z' || c == '_')) {
                names.add(name);
            }
            open = line.indexOf(OPEN, open + 1);
        }
        return names;
    }

    /** One line with its names filled in. */
    static String filled(String line, Map<String, String> values) {
        if (line.indexOf('{') < 0) {
            return line;
        }
        Map<String, String> known = new HashMap<>(values);
        String full = line;
        for (String name : named(line)) {
            full = full.replace(OPEN + name + "}", known.getOrDefault(name, ""));
        }
        return full;
    }
}

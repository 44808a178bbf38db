package postern.smtpd.access;

import java.util.ArrayList;
import java.util.List;

/**
 * Texts that are looked for: {@code *} stands for any characters, {@code <>} for nothing at all, a
 * {@code !} in front excludes. A text matches when one of those without {@code !} does, or there is
 * none such, and none of the others. Case does not matter.
 */
record Patterns(List<String> some, List<String> none) {
    /** Longest pattern in characters. Origin: a domain name, twice. */
    static final int CHARS_MAX = 512;

    private static final String NOTHING = "<>";

    Patterns {
        some = List.copyOf(some);
        none = List.copyOf(none);
    }

    static Patterns of(List<String> texts) {
        List<String> some = new ArrayList<>();
        List<String> none = new ArrayList<>();
        for (String text : texts) {
            if (text.startsWith("!")) {
                none.add(text.substring(1));
            } else {
                some.add(text);
            }
        }
        return new Patterns(some, none);
    }

    boolean match(String text) {
        return (some.isEmpty() || any(some, text)) && !any(none, text);
    }

    private static boolean any(List<String> patterns, String text) {
        for (String pattern : patterns) {
            if (matches(pattern, text)) {
                return true;
            }
        }
        return false;
    }

    /** Goes back to the last star only, so the work is bounded by the product of the lengths. */
    static boolean matches(String pattern, String text) {
        if (text.isEmpty() || pattern.equals(NOTHING)) {
            return text.isEmpty() && pattern.equals(NOTHING);
        }
        int p = 0;
        int t = 0;
        int star = -1;
        int mark = 0;
        while (t < text.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                mark = t;
            } else if (p < pattern.length() && same(pattern.charAt(p), text.charAt(t))) {
                p++;
                t++;
            } else if (star >= 0) {
                p = star + 1;
                t = ++mark;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }

    private static boolean same(char one, char other) {
        return Character.toLowerCase(one) == Character.toLowerCase(other);
    }
}

package postern.wire;

import postern.wire.CommandParser.Refusal;

/** A place in a command line. */
final class Cursor {
    private final String text;
    private final int limit;
    private int at;

    Cursor(String text, int from, int limit) {
        this.text = text;
        this.at = from;
        this.limit = limit;
    }

    String text() {
        return text;
    }

    int at() {
        return at;
    }

    void moveTo(int there) {
        at = there;
    }

    boolean atEnd() {
        return at >= limit;
    }

    char peek() {
        return at < limit ? text.charAt(at) : 0;
    }

    void skipSpaces() {
        while (at < limit && text.charAt(at) == ' ') {
            at++;
        }
    }

    /** Takes the word if it stands here, whatever its case. */
    boolean takeWord(String word) {
        if (at + word.length() <= limit && text.regionMatches(true, at, word, 0, word.length())) {
            at += word.length();
            return true;
        }
        return false;
    }

    /** What stands here up to the next space or the end; may be empty. */
    String word() {
        int start = at;
        while (at < limit && text.charAt(at) != ' ') {
            at++;
        }
        return text.substring(start, at);
    }

    /** The rest of the line behind its spaces, one word or more; not empty. */
    String argument(String syntax) throws Refusal {
        skipSpaces();
        require(!atEnd(), syntax);
        String argument = text.substring(at, limit);
        at = limit;
        return argument;
    }

    /** RFC 5321 §4.3.2: 501 for parameters and arguments. */
    void require(boolean holds, String syntax) throws Refusal {
        if (!holds) {
            throw new Refusal(Reply.of(501, "5.5.4", "Syntax: " + syntax));
        }
    }

    /**
     * {@code 1*20DIGIT}; -1 when it is no such number, {@link Long#MAX_VALUE} when it does not fit.
     */
    static long number(String digits) {
        if (digits.isEmpty() || digits.length() > 20) {
            return -1;
        }
        long value = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value =
                    value > (Long.MAX_VALUE - digit) / 10
                            ? Long.MAX_VALUE
                            : Math.min(value * 10 + digit, Long.MAX_VALUE);
        }
        return value;
    }

    /** RFC 5321 §4.1.3 dcontent, between the brackets. */
    static boolean literal(String bracketed) {
        for (int i = 1; i < bracketed.length() - 1; i++) {
            char c = bracketed.charAt(i);
            if (c <= ' ' || c >= 0x7f || c == '[' || c == ']' || c == '\\') {
                return false;
            }
        }
        return bracketed.length() > 2 && bracketed.length() <= 256;
    }

    static boolean ascii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }
}

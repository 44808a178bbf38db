package postern.mail;

/** Letters beyond ASCII in ASCII: RFC 3492, with the parameters of its §5. */
final class Punycode {
    private static final int BASE = 36;
    private static final int THRESHOLD_MIN = 1;
    private static final int THRESHOLD_MAX = 26;
    private static final int SKEW = 38;
    private static final int DAMP = 700;
    private static final int BIAS_AT_FIRST = 72;
    private static final int CODE_AT_FIRST = 0x80;
    private static final char DELIMITER = '-';

    /** Longer than any label: no sum below can overflow. */
    private static final int CHARS_MAX = 256;

    private Punycode() {}

    /**
     * RFC 3492 §6.3.
     *
     * @throws IllegalArgumentException it is too long for a label
     */
    static String encode(String label) {
        int[] codes = label.codePoints().toArray();
        if (codes.length > CHARS_MAX) {
            throw new IllegalArgumentException("too long for a label");
        }
        StringBuilder out = new StringBuilder();
        for (int code : codes) {
            if (code < CODE_AT_FIRST) {
                out.append((char) code);
            }
        }
        int basic = out.length();
        if (basic > 0) {
            out.append(DELIMITER);
        }
        int bias = BIAS_AT_FIRST;
        int next = CODE_AT_FIRST;
        int delta = 0;
        for (int handled = basic; handled < codes.length; next++, delta++) {
            int least = Integer.MAX_VALUE;
            for (int code : codes) {
                if (code >= next) {
                    least = Math.min(least, code);
                }
            }
            delta += (least - next) * (handled + 1);
            next = least;
            for (int code : codes) {
                if (code < next) {
                    delta++;
                } else if (code == next) {
                    number(out, delta, bias);
                    bias = adapted(delta, handled + 1, handled == basic);
                    delta = 0;
                    handled++;
                }
            }
        }
        return out.toString();
    }

    /**
     * RFC 3492 §6.2.
     *
     * @param text lower case
     * @throws IllegalArgumentException it is none of this
     */
    static String decode(String text) {
        if (text.length() > CHARS_MAX) {
            throw new IllegalArgumentException("too long for a label");
        }
        int delimiter = text.lastIndexOf(DELIMITER);
        StringBuilder out = new StringBuilder(text.substring(0, Math.max(0, delimiter)));
        int bias = BIAS_AT_FIRST;
        long next = CODE_AT_FIRST;
        long place = 0;
        int length = out.length();
        for (int at = delimiter + 1; at < text.length(); length++) {
            long before = place;
            long weight = 1;
            for (int k = BASE; ; k += BASE) {
                int digit = at < text.length() ? digit(text.charAt(at++)) : BASE;
                int threshold = threshold(k, bias);
                place += digit * weight;
                if (digit >= BASE || place > Integer.MAX_VALUE) {
                    throw new IllegalArgumentException("no number");
                }
                if (digit < threshold) {
                    break;
                }
                weight *= BASE - threshold;
            }
            bias = adapted((int) (place - before), length + 1, before == 0);
            next += place / (length + 1);
            if (!Character.isValidCodePoint((int) Math.min(next, Integer.MAX_VALUE))) {
                throw new IllegalArgumentException("no character");
            }
            int offset = out.offsetByCodePoints(0, (int) (place % (length + 1)));
            out.insert(offset, Character.toString((int) next));
            place = place % (length + 1) + 1;
        }
        return out.toString();
    }

    private static void number(StringBuilder out, int delta, int bias) {
        int left = delta;
        for (int k = BASE; ; k += BASE) {
            int threshold = threshold(k, bias);
            if (left < threshold) {
                out.append(letter(left));
                return;
            }
            out.append(letter(threshold + (left - threshold) % (BASE - threshold)));
            left = (left - threshold) / (BASE - threshold);
        }
    }

    private static int threshold(int k, int bias) {
        return Math.clamp(k - bias, THRESHOLD_MIN, THRESHOLD_MAX);
    }

    /** RFC 3492 §6.1. */
    private static int adapted(int delta, int points, boolean first) {
        int left = first ? delta / DAMP : delta / 2;
        left += left / points;
        int k = 0;
        while (left > (BASE - THRESHOLD_MIN) * THRESHOLD_MAX / 2) {
            left /= BASE - THRESHOLD_MIN;
            k += BASE;
        }
        return k + (BASE - THRESHOLD_MIN + 1) * left / (left + SKEW);
    }

    private static char letter(int digit) {
        return (char) (digit < 26 ? 'a' + digit : '0' + digit - 26);
    }

    /** {@link #BASE} for what is none. */
    private static int digit(char c) {
        return c >= 'a' && c <= 'z' ? c - 'a' : c >= '0' && c <= '9' ? c - '0' + 26 : BASE;
    }
}

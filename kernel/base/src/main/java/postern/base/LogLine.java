package postern.base;

import org.jspecify.annotations.Nullable;

/**
 * Builds one line of the log: {@code subject: key=value key=value}. Values are made printable ASCII
 * and bounded.
 */
public final class LogLine {
    /**
     * Longest value logged, in characters. Figure from Postfix: a reply text is cut at about so
     * much.
     */
    public static final int VALUE_CHARS_MAX = 400;

    private final StringBuilder text = new StringBuilder(160);

    private LogLine(String subject) {
        append(subject);
        text.append(':');
    }

    /** A line about a message (its queue id), or about a program where there is none. */
    public static LogLine about(String subject) {
        return new LogLine(subject);
    }

    public LogLine with(String key, @Nullable Object value) {
        text.append(' ').append(key).append('=');
        append(String.valueOf(value));
        return this;
    }

    /** Free text at the end, in words. */
    public LogLine say(String words) {
        text.append(' ');
        append(words);
        return this;
    }

    String text() {
        return text.toString();
    }

    private void append(String value) {
        int end = Math.min(value.length(), VALUE_CHARS_MAX);
        for (int i = 0; i < end; i++) {
            char c = value.charAt(i);
            if (c >= ' ' && c < 0x7f && c != '\\') {
                text.append(c);
            } else {
                text.append("\\u").append(Character.forDigit(c >> 12, 16));
                text.append(Character.forDigit(c >> 8 & 15, 16))
                        .append(Character.forDigit(c >> 4 & 15, 16));
                text.append(Character.forDigit(c & 15, 16));
            }
        }
        if (end < value.length()) {
            text.append("...");
        }
    }
}

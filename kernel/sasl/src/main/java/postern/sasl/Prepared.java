package postern.sasl;

import java.text.Normalizer;
import java.util.Optional;

/**
 * User names and passwords in the one form in which they are compared: SASLprep, RFC 4013. What is
 * ASCII stays what it is.
 */
public final class Prepared {
    private Prepared() {}

    /** The prepared form; empty where the text must not be used or is too long. */
    public static Optional<String> of(String text) {
        if (text.isEmpty() || text.length() > Bounds.NAME_CHARS_MAX) {
            return Optional.empty();
        }
        boolean ascii = true;
        for (int i = 0; i < text.length() && ascii; i++) {
            char c = text.charAt(i);
            ascii = c >= ' ' && c < 0x7f;
        }
        if (ascii) {
            return Optional.of(text);
        }
        String form = Normalizer.normalize(mapped(text), Normalizer.Form.NFKC);
        if (form.isEmpty()
                || form.length() > Bounds.NAME_CHARS_MAX
                || form.codePoints().anyMatch(Prepared::prohibited)
                || !oneDirection(form)) {
            return Optional.empty();
        }
        return Optional.of(form);
    }

    /** RFC 4013 §2.1: other spaces become spaces, and what nobody sees is dropped. */
    private static String mapped(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints()
                .forEach(
                        c -> {
                            if (otherSpace(c)) {
                                out.append(' ');
                            } else if (!dropped(c)) {
                                out.appendCodePoint(c);
                            }
                        });
        return out.toString();
    }

    /** RFC 3454 table C.1.2. */
    private static boolean otherSpace(int c) {
        return c > 0x7f && c != 0x200b && Character.getType(c) == Character.SPACE_SEPARATOR;
    }

    /** RFC 3454 table B.1. */
    private static boolean dropped(int c) {
        return c == 0xad
                || c == 0x34f
                || c == 0x1806
                || c >= 0x180b && c <= 0x180d
                || c >= 0x200b && c <= 0x200d
                || c == 0x2060
                || c >= 0xfe00 && c <= 0xfe0f
                || c == 0xfeff;
    }

    /** RFC 4013 §2.3. */
    private static boolean prohibited(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.PRIVATE_USE,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    true;
            default ->
                    otherSpace(c)
                            || c == 0x6dd
                            || c == 0x70f
                            || c == 0x180e
                            || c == 0x340
                            || c == 0x341
                            || c == 0x200e
                            || c == 0x200f
                            || c >= 0x202a && c <= 0x202e
                            || c >= 0x2061 && c <= 0x206f
                            || c >= 0x2ff0 && c <= 0x2ffb
                            || c >= 0xfdd0 && c <= 0xfdef
                            || c >= 0xfff9 && c <= 0xfffd
                            || c >= 0x1d173 && c <= 0x1d17a
                            || c >= 0xe0000 && c <= 0xe007f
                            || (c & 0xfffe) == 0xfffe;
        };
    }

    /** RFC 3454 §6: text from right to left is so from end to end. */
    private static boolean oneDirection(String text) {
        if (text.codePoints().noneMatch(Prepared::fromRight)) {
            return true;
        }
        return text.codePoints()
                        .noneMatch(
                                c ->
                                        Character.getDirectionality(c)
                                                == Character.DIRECTIONALITY_LEFT_TO_RIGHT)
                && fromRight(text.codePointAt(0))
                && fromRight(text.codePointBefore(text.length()));
    }

    private static boolean fromRight(int c) {
        byte direction = Character.getDirectionality(c);
        return direction == Character.DIRECTIONALITY_RIGHT_TO_LEFT
                || direction == Character.DIRECTIONALITY_RIGHT_TO_LEFT_ARABIC;
    }
}

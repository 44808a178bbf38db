package postern.lookup;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A text with places for parts of a key, {@code %s %u %d %1 ... %9}, and for a percent sign. */
final class Template {
    private final List<Piece> pieces;

    /** A part of the text. */
    private sealed interface Piece {
        record Literal(String text) implements Piece {}

        /** Of the value; upper case: of the key. A digit: a label of the key's domain. */
        record Part(char what) implements Piece {}
    }

    private Template(List<Piece> pieces) {
        this.pieces = List.copyOf(pieces);
    }

    /**
     * @throws IllegalArgumentException what is wrong with it
     */
    static Template parse(String text) {
        List<Piece> pieces = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '%') {
                literal.append(c);
                continue;
            }
            char what = ++i < text.length() ? text.charAt(i) : ' ';
            if (what == '%') {
                literal.append('%');
            } else if ("sudSUD123456789".indexOf(what) >= 0) {
                if (!literal.isEmpty()) {
                    pieces.add(new Piece.Literal(literal.toString()));
                    literal.setLength(0);
                }
                pieces.add(new Piece.Part(what));
            } else {
                throw new IllegalArgumentException(
                        "has \"%"
                                + what
                                + "\", which stands for nothing: write %% for a percent sign");
            }
        }
        if (!literal.isEmpty()) {
            pieces.add(new Piece.Literal(literal.toString()));
        }
        return new Template(pieces);
    }

    /** Whether a part of the key comes into it. */
    boolean asks() {
        return pieces.stream().anyMatch(Piece.Part.class::isInstance);
    }

    /**
     * The text; null where the key or the value has no such part.
     *
     * @param escape what is done to each part before it comes into the text
     */
    @Nullable String expand(KeyParts key, KeyParts value, UnaryOperator<String> escape) {
        StringBuilder text = new StringBuilder();
        for (Piece piece : pieces) {
            switch (piece) {
                case Piece.Literal(String literal) -> text.append(literal);
                case Piece.Part(char what) -> {
                    String part = part(what, key, value);
                    if (part.isEmpty()) {
                        return null;
                    }
                    text.append(escape.apply(part));
                }
            }
        }
        return text.toString();
    }

    /** Of the key alone. */
    @Nullable String expand(KeyParts key, UnaryOperator<String> escape) {
        return expand(key, key, escape);
    }

    private static String part(char what, KeyParts key, KeyParts value) {
        return switch (what) {
            case 's' -> value.whole();
            case 'u' -> value.local();
            case 'd' -> value.domain();
            case 'S' -> key.whole();
            case 'U' -> key.local();
            case 'D' -> key.domain();
            default -> key.label(what - '0');
        };
    }
}

package postern.base;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A JSON text that came from somebody else (RFC 8259). Stricter than it must be: a name that stands
 * twice in one object, text that is no Unicode (RFC 7493 §2) and deep nesting make it no JSON, so
 * that nobody can read it in another way than we do. {@link Json} writes it.
 */
public sealed interface JsonValue {
    /** Deeper nesting is refused. Origin: what is exchanged with us is flat. */
    int DEPTH_MAX = 16;

    /** An object. */
    record Members(Map<String, JsonValue> all) implements JsonValue {
        public Members {
            all = Map.copyOf(all);
        }

        public Optional<JsonValue> get(String name) {
            return Optional.ofNullable(all.get(name));
        }

        /** The member of that name where it is a text. */
        public Optional<String> text(String name) {
            return all.get(name) instanceof Text(String text)
                    ? Optional.of(text)
                    : Optional.empty();
        }
    }

    /** An array. */
    record Items(List<JsonValue> all) implements JsonValue {
        public Items {
            all = List.copyOf(all);
        }
    }

    record Text(String text) implements JsonValue {}

    /**
     * @param text as it stands: how precise a number must be is for its reader to say
     */
    record Number(String text) implements JsonValue {}

    record Truth(boolean value) implements JsonValue {}

    /** {@code null}. */
    record Nothing() implements JsonValue {}

    /**
     * Reads one, which must be all of the text.
     *
     * @return empty where it is none
     */
    static Optional<JsonValue> parse(String text) {
        return JsonParser.parse(text);
    }

    /** Reads an object. */
    static Optional<Members> members(String text) {
        return parse(text)
                .flatMap(
                        value ->
                                value instanceof Members members
                                        ? Optional.of(members)
                                        : Optional.empty());
    }
}

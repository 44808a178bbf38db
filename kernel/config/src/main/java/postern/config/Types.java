package postern.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import postern.base.Endpoint;

/** The types of values that keys have. */
final class Types {
    private Types() {}

    record Bool() implements ValueType<Boolean> {
        @Override
        public String describe() {
            return "true or false";
        }

        @Override
        public Parsed<Boolean> parse(Raw raw) {
            return raw instanceof Raw.Bool(boolean value)
                    ? new Parsed.Good<>(value)
                    : bad("is " + raw.kind(), "write true or false, without quotes");
        }
    }

    record Int(long min, long max) implements ValueType<Long> {
        @Override
        public String describe() {
            return "number, " + min + (max == Long.MAX_VALUE ? " or more" : " to " + max);
        }

        @Override
        public Parsed<Long> parse(Raw raw) {
            if (!(raw instanceof Raw.Int(long value))) {
                return bad("is " + raw.kind(), "write a number without quotes");
            }
            return within(value, value >= min, value <= max, min, max);
        }
    }

    record Time(Duration min, Duration max) implements ValueType<Duration> {
        @Override
        public String describe() {
            return "duration, " + Units.text(min) + " to " + Units.text(max);
        }

        @Override
        public Parsed<Duration> parse(Raw raw) {
            Optional<Duration> parsed =
                    raw instanceof Raw.Text(String text) ? Units.duration(text) : Optional.empty();
            if (parsed.isEmpty()) {
                return bad(
                        "is no duration",
                        "write a number and ms, s, m, h or d, in quotes: \"300s\", \"5d\"");
            }
            Duration value = parsed.get();
            return within(
                    value,
                    value.compareTo(min) >= 0,
                    value.compareTo(max) <= 0,
                    '"' + Units.text(min) + '"',
                    '"' + Units.text(max) + '"');
        }
    }

    record Size(long min, long max) implements ValueType<Long> {
        @Override
        public String describe() {
            String above = max == Long.MAX_VALUE ? " or more" : " to " + Units.size(max);
            return "size, " + Units.size(min) + above;
        }

        @Override
        public Parsed<Long> parse(Raw raw) {
            Optional<Long> parsed =
                    switch (raw) {
                        case Raw.Int(long octets) when octets >= 0 -> Optional.of(octets);
                        case Raw.Text(String text) -> Units.octets(text);
                        default -> Optional.empty();
                    };
            if (parsed.isEmpty()) {
                return bad(
                        "is no size",
                        "write octets as a number, or a number and KiB, MiB or GiB in quotes: \"10MiB\"");
            }
            long value = parsed.get();
            return within(
                    value,
                    value >= min,
                    value <= max,
                    '"' + Units.size(min) + '"',
                    '"' + Units.size(max) + '"');
        }
    }

    /** A text that a function turns into a value; its exception's message says what is wrong. */
    record Text<T>(String describe, Function<String, T> parser, String remedy)
            implements ValueType<T> {
        @Override
        public Parsed<T> parse(Raw raw) {
            if (!(raw instanceof Raw.Text(String text))) {
                return bad("is " + raw.kind(), "write a text in quotes");
            }
            try {
                return new Parsed.Good<>(parser.apply(text));
            } catch (IllegalArgumentException refused) {
                return bad(String.valueOf(refused.getMessage()), remedy);
            }
        }
    }

    /** Another type's value, turned into what the program wants. */
    record Mapped<A, B>(ValueType<A> from, Function<A, B> mapper) implements ValueType<B> {
        @Override
        public String describe() {
            return from.describe();
        }

        @Override
        public Parsed<B> parse(Raw raw) {
            return switch (from.parse(raw)) {
                case Parsed.Good<A>(A value) -> new Parsed.Good<>(mapper.apply(value));
                case Parsed.Bad<A>(String what, String remedy) -> bad(what, remedy);
            };
        }
    }

    static ValueType<String> text() {
        return new Text<>("text", text -> text, "write a text in quotes");
    }

    static ValueType<String> matching(Pattern pattern, String what) {
        return new Text<>(
                what,
                text -> {
                    if (!pattern.matcher(text).matches()) {
                        throw new IllegalArgumentException("is not " + what);
                    }
                    return text;
                },
                "write " + what);
    }

    static <E extends Enum<E>> ValueType<E> choice(List<E> values) {
        String names =
                "one of " + String.join(", ", values.stream().map(Types::choiceName).toList());
        return new Text<>(
                names,
                text ->
                        values.stream()
                                .filter(value -> choiceName(value).equals(text))
                                .findFirst()
                                .orElseThrow(() -> new IllegalArgumentException("is not " + names)),
                "write " + names);
    }

    static String choiceName(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static ValueType<Path> path(Key.Base base) {
        String from =
                switch (base) {
                    case FILE -> "path, from the folder of this file when not absolute";
                    case STATE -> "path, from the state folder when not absolute";
                };
        return new Text<>(from, Types::nonEmptyPath, "write the path of a file or folder");
    }

    private static Path nonEmptyPath(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("is empty");
        }
        try {
            return Path.of(text);
        } catch (InvalidPathException odd) {
            throw new IllegalArgumentException("is no path", odd);
        }
    }

    static ValueType<Cidr> network() {
        return new Text<>(
                "network, 192.0.2.0/24 or 2001:db8::/32",
                text ->
                        Cidr.parse(text)
                                .orElseThrow(() -> new IllegalArgumentException("is no network")),
                "write an address and the length of its prefix, without host bits: \"192.0.2.0/24\","
                        + " \"2001:db8::/32\"");
    }

    static ValueType<Endpoint> endpoint() {
        return new Text<>(
                "endpoint, ADDRESS:PORT, :PORT or unix:PATH",
                text ->
                        Endpoints.parse(text)
                                .orElseThrow(() -> new IllegalArgumentException("is no endpoint")),
                "write \"127.0.0.1:25\", \"[::1]:25\", \":25\" (every address) or \"unix:PATH\"; names"
                        + " are not looked up here");
    }

    record Items<T>(ValueType<T> item) implements ValueType<List<T>> {
        @Override
        public String describe() {
            return "list of: " + item.describe();
        }

        @Override
        public Parsed<List<T>> parse(Raw raw) {
            if (!(raw instanceof Raw.Items(List<Raw> items))) {
                return bad("is " + raw.kind(), remedy(raw));
            }
            List<T> values = new ArrayList<>(items.size());
            for (Raw each : items) {
                switch (item.parse(each)) {
                    case Parsed.Good<T>(T value) -> values.add(value);
                    case Parsed.Bad<T>(String what, String remedy) -> {
                        return bad("has " + each.literal() + ", which " + what, remedy);
                    }
                }
            }
            return new Parsed.Good<>(List.copyOf(values));
        }

        /** Brackets alone help only where what stands there would do between them. */
        private String remedy(Raw raw) {
            if (item.parse(raw) instanceof Parsed.Good<T>) {
                return "write a list: [" + raw.literal() + "]";
            }
            String how = item instanceof Text<T> text ? "; " + text.remedy : "";
            return "write a list of " + item.describe() + how;
        }
    }

    record Table<T>(ValueType<T> item) implements ValueType<Map<String, T>> {
        @Override
        public String describe() {
            return "table of: " + item.describe();
        }

        @Override
        public Parsed<Map<String, T>> parse(Raw raw) {
            if (!(raw instanceof Raw.Table(Map<String, Raw> entries))) {
                return bad("is " + raw.kind(), "write a table: { \"name\" = \"value\" }");
            }
            Map<String, T> values = LinkedHashMap.newLinkedHashMap(entries.size());
            for (Map.Entry<String, Raw> each : entries.entrySet()) {
                switch (item.parse(each.getValue())) {
                    case Parsed.Good<T>(T value) -> values.put(each.getKey(), value);
                    case Parsed.Bad<T>(String what, String remedy) -> {
                        return bad("has at \"" + each.getKey() + "\" what " + what, remedy);
                    }
                }
            }
            return new Parsed.Good<>(Collections.unmodifiableMap(values));
        }
    }

    private static <T> Parsed<T> within(
            T value, boolean notBelow, boolean notAbove, Object min, Object max) {
        if (!notBelow) {
            return bad("is too small", "write " + min + " or more");
        }
        return notAbove
                ? new Parsed.Good<>(value)
                : bad("is too large", "write " + max + " or less");
    }

    private static <T> Parsed<T> bad(String what, String remedy) {
        return new Parsed.Bad<>(what, remedy);
    }
}

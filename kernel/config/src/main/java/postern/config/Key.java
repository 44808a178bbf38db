package postern.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import postern.base.Bug;
import postern.base.Endpoint;

/**
 * A key of postern.toml, declared as a constant beside the code that reads it. The manual, the
 * sample file and every message about the key come from here.
 *
 * @param <T> what the program gets
 */
public final class Key<T> {

    /** What a relative path is relative to. */
    public enum Base {
        /** The folder of the configuration file; resolved when the file is read. */
        FILE,
        /** The state folder; the program resolves it, and sees the path as it was written. */
        STATE
    }

    enum Presence {
        DEFAULT,
        REQUIRED,
        OPTIONAL
    }

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]*");

    private final String name;
    private final ValueType<T> type;
    private final Presence presence;
    private final Raw sample;
    private final boolean fromFile;
    private final Supplier<T> absent;
    private final String doc;
    private final String since;

    private Key(
            String name,
            ValueType<T> type,
            Presence presence,
            Raw sample,
            boolean fromFile,
            Supplier<T> absent,
            String doc,
            String since) {
        Bug.unless(NAME.matcher(name).matches(), "key names are lower case: " + name);
        Bug.unless(doc.endsWith("."), "documentation is sentences: " + name);
        this.name = name;
        this.type = type;
        this.presence = presence;
        this.sample = sample;
        this.fromFile = fromFile;
        this.absent = absent;
        this.doc = doc;
        this.since = since;
    }

    private static <T> Key<T> withDefault(
            String name,
            ValueType<T> type,
            Raw sample,
            boolean fromFile,
            String doc,
            String since) {
        T value = checked(name, type, sample);
        return new Key<>(name, type, Presence.DEFAULT, sample, fromFile, () -> value, doc, since);
    }

    /** A key of a type of the program's own. */
    public static <T> Key<T> of(
            String name, ValueType<T> type, Raw byDefault, String doc, String since) {
        return withDefault(name, type, byDefault, false, doc, since);
    }

    public static Key<Boolean> bool(String name, boolean byDefault, String doc, String since) {
        return of(name, new Types.Bool(), new Raw.Bool(byDefault), doc, since);
    }

    public static Key<Integer> integer(
            String name, int byDefault, int min, int max, String doc, String since) {
        ValueType<Integer> type = new Types.Mapped<>(new Types.Int(min, max), Math::toIntExact);
        return of(name, type, new Raw.Int(byDefault), doc, since);
    }

    public static Key<Long> number(
            String name, long byDefault, long min, long max, String doc, String since) {
        return of(name, new Types.Int(min, max), new Raw.Int(byDefault), doc, since);
    }

    /** {@code 500ms}, {@code 300s}, {@code 5m}, {@code 1h}, {@code 5d}. */
    public static Key<Duration> duration(
            String name, String byDefault, Duration min, Duration max, String doc, String since) {
        return of(name, new Types.Time(min, max), new Raw.Text(byDefault), doc, since);
    }

    /** In octets: {@code 10KiB}, {@code 10MiB}, {@code 1GiB}, or plain octets. */
    public static Key<Long> size(
            String name, String byDefault, long min, long max, String doc, String since) {
        return of(name, new Types.Size(min, max), new Raw.Text(byDefault), doc, since);
    }

    public static Key<String> text(String name, String byDefault, String doc, String since) {
        return of(name, Types.text(), new Raw.Text(byDefault), doc, since);
    }

    /**
     * @param what names what matches, with its article: {@code a domain name}
     */
    public static Key<String> text(
            String name, String byDefault, Pattern pattern, String what, String doc, String since) {
        return of(name, Types.matching(pattern, what), new Raw.Text(byDefault), doc, since);
    }

    /**
     * A text that becomes a value.
     *
     * @param parser throws {@link IllegalArgumentException} with what is wrong: {@code is no
     *     domain}
     * @param remedy how to write it right, in the imperative
     */
    public static <T> Key<T> parsed(
            String name,
            String byDefault,
            String describe,
            Function<String, T> parser,
            String remedy,
            String doc,
            String since) {
        ValueType<T> type = new Types.Text<>(describe, parser, remedy);
        return of(name, type, new Raw.Text(byDefault), doc, since);
    }

    /** One of an enum's values, written in lower case with hyphens. */
    public static <E extends Enum<E>> Key<E> choice(
            String name, E byDefault, List<E> values, String doc, String since) {
        Raw raw = new Raw.Text(Types.choiceName(byDefault));
        return of(name, Types.choice(values), raw, doc, since);
    }

    public static Key<Path> path(
            String name, String byDefault, Base base, String doc, String since) {
        Raw raw = new Raw.Text(byDefault);
        return withDefault(name, Types.path(base), raw, base == Base.FILE, doc, since);
    }

    public static Key<List<String>> texts(
            String name, List<String> byDefault, String doc, String since) {
        return list(name, Types.text(), byDefault, doc, since);
    }

    public static Key<List<Cidr>> networks(
            String name, List<String> byDefault, String doc, String since) {
        return list(name, Types.network(), byDefault, doc, since);
    }

    public static Key<Endpoint> endpoint(String name, String byDefault, String doc, String since) {
        return of(name, Types.endpoint(), new Raw.Text(byDefault), doc, since);
    }

    public static Key<List<Endpoint>> endpoints(
            String name, List<String> byDefault, String doc, String since) {
        return list(name, Types.endpoint(), byDefault, doc, since);
    }

    /** A list of what a function makes of each text; for its parameters see {@link #parsed}. */
    public static <T> Key<List<T>> parsedList(
            String name,
            List<String> byDefault,
            String describe,
            Function<String, T> parser,
            String remedy,
            String doc,
            String since) {
        return list(name, new Types.Text<>(describe, parser, remedy), byDefault, doc, since);
    }

    /** Texts by name: {@code { "a" = "b" }} or a table of its own. In the order of the file. */
    public static Key<Map<String, String>> table(
            String name, Map<String, String> byDefault, String doc, String since) {
        return of(name, new Types.Table<>(Types.text()), Raw.table(byDefault), doc, since);
    }

    private static <T> Key<List<T>> list(
            String name, ValueType<T> item, List<String> byDefault, String doc, String since) {
        return of(name, new Types.Items<>(item), Raw.texts(byDefault), doc, since);
    }

    /** The same key without a default: it must be given. What was the default is an example now. */
    public Key<T> required() {
        return new Key<>(
                name,
                type,
                Presence.REQUIRED,
                sample,
                fromFile,
                () -> {
                    throw new Bug("a required key was checked to be there: " + name);
                },
                doc,
                since);
    }

    /** The same key without a default: it may be given. What was the default is an example now. */
    public Key<Optional<T>> optional() {
        return new Key<>(
                name,
                new Types.Mapped<>(type, Optional::of),
                Presence.OPTIONAL,
                sample,
                fromFile,
                Optional::empty,
                doc,
                since);
    }

    public String name() {
        return name;
    }

    /** Unit and range. */
    public String describe() {
        return type.describe();
    }

    /** What it is for: sentences. */
    public String doc() {
        return doc;
    }

    /** The version that brought it. */
    public String since() {
        return since;
    }

    /** The default as it is written in the file; empty for a key that has none. */
    public Optional<String> byDefault() {
        return presence == Presence.DEFAULT ? Optional.of(sample.literal()) : Optional.empty();
    }

    Presence presence() {
        return presence;
    }

    /** The default; for a key without one, an example. */
    Raw sample() {
        return sample;
    }

    boolean fromFile() {
        return fromFile;
    }

    Parsed<T> parse(Raw raw) {
        return type.parse(raw);
    }

    /** What the key is when the file does not state it. */
    T absent() {
        return absent.get();
    }

    /** The value of what was checked when the file was read, or is ours. */
    T value(Raw raw) {
        return checked(name, type, raw);
    }

    private static <T> T checked(String name, ValueType<T> type, Raw raw) {
        return switch (type.parse(raw)) {
            case Parsed.Good<T>(T value) -> value;
            case Parsed.Bad<T>(String what, _) ->
                    throw new Bug("a checked value of " + name + " " + what);
        };
    }
}

package postern.ipc;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import postern.mail.Origin;
import postern.mail.QueueId;
import postern.mail.Xtext;

/**
 * What the hand-over carries beside the envelope, on the line {@code XPOSTERN 1 NAME=xtext ...}.
 * Each value is bounded and checked on receipt as if it came from an enemy; empty values are left
 * out.
 */
public record Attributes(Map<Name, String> values) {
    /** Longest value in characters, decoded. Origin: a domain name, twice over, and some. */
    public static final int VALUE_CHARS_MAX = 512;

    /** The version of the hand-over that this code speaks. */
    public static final String VERSION = "1";

    public static final Attributes NONE = new Attributes(Map.of());

    /** The names are part of the protocol. */
    public enum Name {
        ADDR,
        NAME,
        HELO,
        PROTO,
        LOGIN,
        LISTENER,
        SUBMISSION,
        ID,
        NEXTHOP
    }

    public Attributes {
        values = Map.copyOf(values);
    }

    public static Attributes of(Origin origin) {
        Map<Name, String> values = new EnumMap<>(Name.class);
        put(values, Name.ADDR, origin.clientAddress());
        put(values, Name.NAME, origin.clientName());
        put(values, Name.HELO, origin.helo());
        put(values, Name.PROTO, origin.protocol());
        put(values, Name.LOGIN, origin.login());
        put(values, Name.LISTENER, origin.listener());
        put(values, Name.SUBMISSION, origin.submission() ? "1" : "");
        return new Attributes(values);
    }

    public static Attributes of(QueueId id, String nextHop) {
        Map<Name, String> values = new EnumMap<>(Name.class);
        put(values, Name.ID, id.text());
        put(values, Name.NEXTHOP, nextHop);
        return new Attributes(values);
    }

    public Origin origin() {
        return new Origin(
                text(Name.ADDR),
                text(Name.NAME),
                text(Name.HELO),
                text(Name.PROTO),
                text(Name.LOGIN),
                text(Name.LISTENER),
                text(Name.SUBMISSION).equals("1"));
    }

    public Optional<QueueId> id() {
        return QueueId.parse(text(Name.ID));
    }

    /** The value, or an empty text. */
    public String text(Name name) {
        return values.getOrDefault(name, "");
    }

    public boolean isEmpty() {
        return values.isEmpty();
    }

    /** The command line, without CRLF. */
    String command() {
        StringBuilder line = new StringBuilder(128).append("XPOSTERN ").append(VERSION);
        for (Name name : Name.values()) {
            String value = values.get(name);
            if (value != null) {
                line.append(' ').append(name).append('=').append(Xtext.encode(value));
            }
        }
        return line.toString();
    }

    /**
     * Reads what stands behind {@code XPOSTERN }; empty when it is not of this version or any part
     * is malformed.
     */
    static Optional<Attributes> parse(String arguments) {
        int space = arguments.indexOf(' ');
        String version = space < 0 ? arguments : arguments.substring(0, space);
        if (!version.equals(VERSION)) {
            return Optional.empty();
        }
        Map<Name, String> values = new EnumMap<>(Name.class);
        int at = space < 0 ? arguments.length() : space + 1;
        while (at < arguments.length()) {
            int end = arguments.indexOf(' ', at);
            if (end < 0) {
                end = arguments.length();
            }
            if (!parseOne(arguments.substring(at, end), values)) {
                return Optional.empty();
            }
            at = end + 1;
        }
        return Optional.of(new Attributes(values));
    }

    private static boolean parseOne(String pair, Map<Name, String> values) {
        int equals = pair.indexOf('=');
        if (equals < 1) {
            return false;
        }
        for (Name name : Name.values()) {
            if (pair.substring(0, equals).equals(name.name())) {
                Optional<String> value = Xtext.decode(pair.substring(equals + 1));
                if (value.isEmpty() || value.get().length() > VALUE_CHARS_MAX) {
                    return false;
                }
                return values.put(name, value.get()) == null;
            }
        }
        return false;
    }

    private static void put(Map<Name, String> values, Name name, String value) {
        if (!value.isEmpty()) {
            values.put(
                    name,
                    value.length() > VALUE_CHARS_MAX ? value.substring(0, VALUE_CHARS_MAX) : value);
        }
    }
}

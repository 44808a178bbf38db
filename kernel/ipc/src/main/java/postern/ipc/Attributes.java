package postern.ipc;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import postern.mail.Origin;
import postern.mail.QueueId;
import postern.mail.Terms;
import postern.mail.Xtext;

/**
 * What the hand-over carries beside the envelope, on the line {@code XPOSTERN 2 NAME=xtext ...}.
 * Each value is bounded and checked on receipt as if it came from an enemy; empty values are left
 * out.
 */
public record Attributes(Map<Name, String> values) {
    /** Longest value in characters, decoded. Origin: a domain name, twice over, and some. */
    public static final int VALUE_CHARS_MAX = 512;

    /** The version of the hand-over that this code speaks; it understands all before. */
    static final int VERSION = 2;

    /** As LHLO names them. */
    static final String VERSIONS = "1 2";

    /** As LHLO names the wish to be told where a message came from. */
    static final String ORIGIN_OFFER = "XORIGIN";

    private static final Name[] NAMES = Name.values();
    private static final Set<Name> OF_ORIGIN =
            EnumSet.of(Name.ADDR, Name.NAME, Name.HELO, Name.PROTO, Name.LOGIN);

    public static final Attributes NONE = new Attributes(Map.of());

    /** The names are part of the protocol. */
    public enum Name {
        ADDR(1),
        NAME(1),
        HELO(1),
        PROTO(1),
        LOGIN(1),
        LISTENER(1),
        SUBMISSION(1),
        ID(1),
        NEXTHOP(1),
        TLS(2),
        RELEASE(2),
        HOLD(2),
        DEADLINE(2),
        PRIORITY(2),
        REQUIRETLS(2),
        QUARANTINE(2),
        VERP(2);

        private final int since;

        Name(int since) {
            this.since = since;
        }
    }

    public Attributes {
        values = Map.copyOf(values);
    }

    public static Attributes of(Origin origin) {
        return of(origin, "");
    }

    /**
     * @param held why the message waits for the operator; empty where it does not
     */
    public static Attributes of(Origin origin, String held) {
        Map<Name, String> values = new EnumMap<>(Name.class);
        put(values, Name.ADDR, origin.clientAddress());
        put(values, Name.NAME, origin.clientName());
        put(values, Name.HELO, origin.helo());
        put(values, Name.PROTO, origin.protocol());
        put(values, Name.LOGIN, origin.login());
        put(values, Name.LISTENER, origin.listener());
        put(values, Name.SUBMISSION, origin.submission() ? "1" : "");
        put(values, Name.TLS, origin.tls());
        put(values, Name.QUARANTINE, held);
        return new Attributes(values);
    }

    /**
     * Of an attempt.
     *
     * @param origin of the message, for an agent that asks for it
     */
    public static Attributes of(QueueId id, String nextHop, Origin origin) {
        Map<Name, String> values = new EnumMap<>(Name.class);
        put(values, Name.ID, id.text());
        put(values, Name.NEXTHOP, nextHop);
        put(values, Name.ADDR, origin.clientAddress());
        put(values, Name.NAME, origin.clientName());
        put(values, Name.HELO, origin.helo());
        put(values, Name.PROTO, origin.protocol());
        put(values, Name.LOGIN, origin.login());
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
                text(Name.SUBMISSION).equals("1"),
                text(Name.TLS));
    }

    /** With the terms, where there are any. */
    Attributes with(Terms terms) {
        if (terms.equals(Terms.NONE)) {
            return this;
        }
        Map<Name, String> more = new EnumMap<>(Name.class);
        more.putAll(values);
        TermsText.put(terms, more);
        return new Attributes(more);
    }

    /** The terms; those that were parsed are well formed. */
    Terms terms() {
        return TermsText.read(values).orElse(Terms.NONE);
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

    /**
     * The command line, without CRLF.
     *
     * @param version what the server speaks; names that it does not know are left out
     * @param origin whether it asks for the origin of what it is to deliver
     */
    String command(int version, boolean origin) {
        boolean spared = !origin && values.containsKey(Name.ID); // a queue is told in any case
        StringBuilder line = new StringBuilder(128).append("XPOSTERN ").append(version);
        for (Name name : NAMES) {
            String value = values.get(name);
            if (value != null && name.since <= version && !(spared && OF_ORIGIN.contains(name))) {
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
        if (!version.equals("1") && !version.equals("2")) {
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
        return TermsText.read(values).isEmpty()
                ? Optional.empty()
                : Optional.of(new Attributes(values));
    }

    private static boolean parseOne(String pair, Map<Name, String> values) {
        int equals = pair.indexOf('=');
        if (equals < 1) {
            return false;
        }
        for (Name name : NAMES) {
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

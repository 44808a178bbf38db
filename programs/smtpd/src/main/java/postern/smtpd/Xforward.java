package postern.smtpd;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The XFORWARD command: a trusted content filter says where the next message came from. That goes
 * into the log and nowhere else, least of all into a decision. Attributes of several commands add
 * up; they hold for one message.
 *
 * @param values by name; empty ones are not known
 */
record Xforward(Map<String, String> values) {
    /** As EHLO offers it. */
    static final String OFFER = "XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE";

    static final Xforward NOTHING = new Xforward(Map.of());

    private static final Set<String> NAMES =
            Set.of("NAME", "ADDR", "PORT", "PROTO", "HELO", "IDENT", "SOURCE");

    Xforward {
        values = Map.copyOf(values);
    }

    /** With more; empty when they are malformed. */
    Optional<Xforward> with(String attributes) {
        return NamedValues.parse(attributes, NAMES)
                .filter(more -> source(more.getOrDefault("SOURCE", "")))
                .map(
                        more -> {
                            Map<String, String> all = new HashMap<>(values);
                            all.putAll(more);
                            return new Xforward(all);
                        });
    }

    private static boolean source(String value) {
        return value.isEmpty()
                || value.equalsIgnoreCase("LOCAL")
                || value.equalsIgnoreCase("REMOTE");
    }

    boolean known() {
        return !values.isEmpty();
    }

    /** {@code name[address]:port}, as far as it is known. */
    String client() {
        String port = values.getOrDefault("PORT", "");
        return text("NAME", "unknown")
                + "["
                + text("ADDR", "unknown")
                + "]"
                + (port.isEmpty() ? "" : ":" + port);
    }

    /** Its name in the queue of the one who forwards. */
    String ident() {
        return values.getOrDefault("IDENT", "");
    }

    private String text(String name, String otherwise) {
        String value = values.getOrDefault(name, "");
        return value.isEmpty() ? otherwise : value;
    }
}

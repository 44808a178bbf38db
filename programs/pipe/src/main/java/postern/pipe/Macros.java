package postern.pipe;

import java.util.Set;
import java.util.function.UnaryOperator;

/** Words of a command with {@code ${name}} in them. */
final class Macros {
    /** Names that each recipient has its own value of. */
    static final Set<String> OF_RECIPIENT =
            Set.of("recipient", "original_recipient", "user", "mailbox", "domain", "extension");

    /** Names of what is known of the client that a message came from. */
    static final Set<String> OF_ORIGIN =
            Set.of(
                    "client_address",
                    "client_hostname",
                    "client_helo",
                    "client_protocol",
                    "sasl_username");

    private static final Set<String> OF_MESSAGE =
            Set.of("sender", "nexthop", "size", "queue_id", "envid");

    private Macros() {}

    /**
     * The word again, all names known.
     *
     * @throws IllegalArgumentException with what is wrong
     */
    static String checked(String word) {
        String unused =
                expand(
                        word,
                        name -> {
                            if (!OF_RECIPIENT.contains(name)
                                    && !OF_MESSAGE.contains(name)
                                    && !OF_ORIGIN.contains(name)) {
                                throw new IllegalArgumentException(
                                        "has the unknown ${" + name + "}");
                            }
                            return "";
                        });
        return word;
    }

    static boolean ofRecipient(String word) {
        return uses(word, OF_RECIPIENT);
    }

    static boolean ofOrigin(String word) {
        return uses(word, OF_ORIGIN);
    }

    private static boolean uses(String word, Set<String> names) {
        var found = new boolean[1];
        String unused =
                expand(
                        word,
                        name -> {
                            found[0] |= names.contains(name);
                            return "";
                        });
        return found[0];
    }

    /** Replaces {@code ${name}} and {@code $name}; {@code $$} is a dollar sign. */
    static String expand(String word, UnaryOperator<String> values) {
        var expanded = new StringBuilder(word.length() + 32);
        int at = 0;
        while (at < word.length()) {
            char c = word.charAt(at);
            if (c != '$') {
                expanded.append(c);
                at++;
            } else if (word.startsWith("$$", at)) {
                expanded.append('$');
                at += 2;
            } else {
                boolean braced = word.startsWith("${", at);
                int from = at + (braced ? 2 : 1);
                int to = from;
                while (to < word.length() && name(word.charAt(to))) {
                    to++;
                }
                if (to == from || braced && (to == word.length() || word.charAt(to) != '}')) {
                    throw new IllegalArgumentException("has a $ without a name behind it");
                }
                expanded.append(values.apply(word.substring(from, to)));
                at = to + (braced ? 1 : 0);
            }
        }
        return expanded.toString();
    }

    private static boolean name(char c) {
        return c >= 'a' && c <= 'z' || c == '_';
    }
}

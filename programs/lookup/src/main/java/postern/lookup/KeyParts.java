package postern.lookup;

import java.util.List;

/**
 * A key, or a value, and its parts as Postfix's tables divide them.
 *
 * @param local what is before the last {@code @}; the whole where there is none
 * @param domain what is behind it; empty where there is none
 */
record KeyParts(String whole, String local, String domain) {
    /** Parts of it that are asked for at most. */
    private static final int LABELS_MAX = 9;

    static KeyParts of(String text) {
        int at = text.lastIndexOf('@');
        return at < 0
                ? new KeyParts(text, text, "")
                : new KeyParts(text, text.substring(0, at), text.substring(at + 1));
    }

    /** A label of the domain, from its end, from 1; empty where it has not so many. */
    String label(int number) {
        List<String> labels = List.of(domain.split("\\.", -1));
        return number > labels.size() || number > LABELS_MAX
                ? ""
                : labels.get(labels.size() - number);
    }

    /** Whether only the keys of these domains are asked for, and it is none of them. */
    boolean outside(List<String> domains) {
        return !domains.isEmpty()
                && (local.isEmpty()
                        || domain.isEmpty()
                        || domains.stream().noneMatch(domain::equalsIgnoreCase));
    }
}

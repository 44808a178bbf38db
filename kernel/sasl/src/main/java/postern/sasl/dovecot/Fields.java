package postern.sasl.dovecot;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A line of fields with tabs between them. What would break the line is escaped. */
final class Fields {
    private static final char ESCAPE = '\u0001';
    private static final String RAW = "\u0001\0\t\r\n";
    private static final String CODED = "10trn";

    private final List<String> all;

    private Fields(List<String> all) {
        this.all = all;
    }

    static Fields of(String line) {
        List<String> all = new ArrayList<>();
        for (String field : line.split("\t", -1)) {
            all.add(decoded(field));
        }
        return new Fields(all);
    }

    String name() {
        return all.getFirst();
    }

    /** The field at that place, counted from the name; empty where the line is shorter. */
    String at(int place) {
        return place < all.size() ? all.get(place) : "";
    }

    /** Whether there is that word without a value. */
    boolean has(String word) {
        return all.subList(1, all.size()).contains(word);
    }

    /** The value of {@code name=value}. */
    Optional<String> value(String name) {
        for (String field : all.subList(1, all.size())) {
            if (field.startsWith(name) && field.startsWith("=", name.length())) {
                return Optional.of(field.substring(name.length() + 1));
            }
        }
        return Optional.empty();
    }

    List<String> from(int place) {
        return place < all.size() ? all.subList(place, all.size()) : List.of();
    }

    static String line(String... fields) {
        StringBuilder out = new StringBuilder(128);
        for (String field : fields) {
            if (!out.isEmpty()) {
                out.append('\t');
            }
            encode(field, out);
        }
        return out.append('\n').toString();
    }

    private static void encode(String field, StringBuilder out) {
        for (int i = 0; i < field.length(); i++) {
            char c = field.charAt(i);
            int coded = RAW.indexOf(c);
            if (coded < 0) {
                out.append(c);
            } else {
                out.append(ESCAPE).append(CODED.charAt(coded));
            }
        }
    }

    private static String decoded(String field) {
        if (field.indexOf(ESCAPE) < 0) {
            return field;
        }
        StringBuilder out = new StringBuilder(field.length());
        for (int i = 0; i < field.length(); i++) {
            char c = field.charAt(i);
            int raw =
                    c == ESCAPE && i + 1 < field.length() ? CODED.indexOf(field.charAt(i + 1)) : -1;
            if (raw >= 0) {
                out.append(RAW.charAt(raw));
                i++;
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }
}

package postern.rewrite;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import postern.config.Key;
import postern.config.Settings;
import postern.mail.Domain;
import postern.mail.DomainForms;
import postern.table.TableConfig;

/**
 * Domains as the configuration lists them: names, {@code .name} for all below a name, {@code
 * table:NAME} for those that a table has.
 *
 * @param named each in both its forms where it is internationalized
 * @param origin where the list is written
 */
public record DomainList(
        Set<Domain> named, List<String> parents, List<String> tables, String origin) {
    private static final String TABLE = "table:";

    public DomainList {
        named = Set.copyOf(named);
        parents = List.copyOf(parents);
        tables = List.copyOf(tables);
    }

    static Key<List<String>> key(String name, List<String> byDefault, String doc) {
        return Key.parsedList(
                name,
                byDefault,
                "domain names",
                DomainList::item,
                "write a domain name, such as \"example.org\", \".example.org\" for all below it, or"
                        + " \"table:NAME\"",
                doc,
                "0.1");
    }

    private static String item(String text) {
        if (text.startsWith(TABLE)) {
            return TABLE + TableConfig.reference(text.substring(TABLE.length()));
        }
        if (text.isEmpty() || text.length() > 255 || text.contains("@") || text.contains(" ")) {
            throw new IllegalArgumentException("is no domain name");
        }
        return text;
    }

    static TableConfig.Use use(postern.config.Section section, Key<List<String>> key) {
        return new TableConfig.Use(section, key, group -> tables(group.get(key)));
    }

    /** The names of the tables among the items. */
    static List<String> tables(List<String> items) {
        return items.stream()
                .filter(item -> item.startsWith(TABLE))
                .map(item -> item.substring(TABLE.length()))
                .toList();
    }

    static DomainList read(Settings.Group group, Key<List<String>> key) {
        Set<Domain> named = new HashSet<>();
        List<String> parents = new ArrayList<>();
        for (String item : group.get(key)) {
            if (item.startsWith(".")) {
                parents.add(item.toLowerCase(java.util.Locale.ROOT));
            } else if (!item.startsWith(TABLE)) {
                named.addAll(forms(item));
            }
        }
        return new DomainList(named, parents, tables(group.get(key)), group.origin(key));
    }

    DomainList with(String domain) {
        Set<Domain> more = new HashSet<>(named);
        more.add(new Domain(domain));
        return new DomainList(more, parents, tables, origin);
    }

    public boolean isEmpty() {
        return named.isEmpty() && parents.isEmpty() && tables.isEmpty();
    }

    /** A-labels and U-labels: RFC 5890 §2.3.2.1. */
    private static Set<Domain> forms(String text) {
        Set<Domain> forms = new HashSet<>();
        forms.add(new Domain(text));
        boolean ascii = text.chars().allMatch(c -> c < 0x80);
        if (!ascii || text.contains("xn--")) {
            try {
                forms.add(new Domain(ascii ? DomainForms.unicode(text) : DomainForms.ascii(text)));
            } catch (IllegalArgumentException noLabel) {
                return forms; // it is known by the name that was written
            }
        }
        return forms;
    }
}

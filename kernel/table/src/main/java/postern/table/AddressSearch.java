package postern.table;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import postern.mail.Domain;
import postern.mail.DomainForms;
import postern.mail.Mailbox;
import postern.table.Table.Answer;

/**
 * Looks an address up under all the keys that stand for it, most specific first; each key is asked
 * of all tables before the next one is, as Postfix does.
 */
public final class AddressSearch {
    private final List<Table> tables;
    private final Local local;
    private final LocalNames names;

    /** Which domains' users are known by their bare names. */
    public interface Local {
        boolean bare(String domain);
    }

    /**
     * What was found.
     *
     * @param answer never {@link Answer.Absent}
     * @param key the form of the address that it was found under
     * @param extension the extension that this key leaves out, with its delimiter; empty when it
     *     leaves out none
     */
    public record Hit(Answer answer, String key, String extension) {}

    /**
     * @param delimiters characters that part a user from an extension; empty: none does
     */
    public AddressSearch(List<Table> tables, Local local, String delimiters) {
        this.tables = List.copyOf(tables);
        this.local = local;
        this.names = new LocalNames(delimiters);
    }

    public boolean isEmpty() {
        return tables.isEmpty();
    }

    /** Whether an answer may be waited for. */
    public boolean waits() {
        return tables.stream().anyMatch(Table::waits);
    }

    /**
     * {@code user+ext@domain}, {@code user@domain}, {@code user+ext} and {@code user} where bare
     * names are known, {@code @domain}. Null when no table has any of them.
     */
    public @Nullable Hit find(Mailbox address) {
        if (tables.isEmpty()) {
            return null;
        }
        @Nullable Hit hit = findForm(address);
        @Nullable Domain other = hit == null ? otherForm(address.domain()) : null;
        return other == null ? hit : findForm(new Mailbox(address.localPart(), other));
    }

    private @Nullable Hit findForm(Mailbox address) {
        String user = address.localPart().toLowerCase(Locale.ROOT);
        String domain = address.domain().text();
        String plain = base(user);
        String extension = address.localPart().substring(plain.length());
        @Nullable Hit hit = ask(text(user, address), false, "");
        if (hit == null && !extension.isEmpty()) {
            hit = ask(text(plain, address), true, extension);
        }
        if (hit == null && local.bare(domain)) {
            hit = ask(user, true, "");
            if (hit == null && !extension.isEmpty()) {
                hit = ask(plain, true, extension);
            }
        }
        return hit != null ? hit : ask("@" + domain, true, "");
    }

    /** The same for a domain: {@code domain}, then {@code .parent} and so on. */
    public @Nullable Hit find(Domain domain) {
        if (tables.isEmpty()) {
            return null;
        }
        @Nullable Hit hit = findForm(domain.text());
        @Nullable Domain other = hit == null ? otherForm(domain) : null;
        return other == null ? hit : findForm(other.text());
    }

    /**
     * The keys of transport(5): {@code user+ext@domain}, {@code user@domain}, {@code domain},
     * {@code .parent} and so on, {@code *}.
     */
    public @Nullable Hit findRoute(Mailbox address) {
        if (tables.isEmpty()) {
            return null;
        }
        String user = address.localPart().toLowerCase(Locale.ROOT);
        String plain = base(user);
        @Nullable Hit hit = ask(text(user, address), false, "");
        if (hit == null && !plain.equals(user)) {
            hit = ask(text(plain, address), true, "");
        }
        hit = hit == null ? find(address.domain()) : hit;
        return hit != null ? hit : ask("*", true, "");
    }

    private @Nullable Hit findForm(String domain) {
        @Nullable Hit hit = ask(domain, true, "");
        int dot = domain.indexOf('.');
        while (hit == null && dot > 0 && dot < domain.length() - 1) {
            hit = ask(domain.substring(dot), true, "");
            dot = domain.indexOf('.', dot + 1);
        }
        return hit;
    }

    /** One key, of all tables. */
    public @Nullable Hit ask(String key, boolean part, String extension) {
        for (Table table : tables) {
            Answer answer = part ? table.lookupPart(key) : table.lookup(key);
            if (!(answer instanceof Answer.Absent)) {
                return new Hit(answer, key, extension);
            }
        }
        return null;
    }

    /** The user without the extension; the same where there is none. */
    public String base(String user) {
        return names.base(user);
    }

    /**
     * The other way of writing an internationalized domain, A-labels for U-labels or the reverse
     * (RFC 5890 §2.3.2.1); null when it has only one.
     */
    static @Nullable Domain otherForm(Domain domain) {
        String text = domain.text();
        boolean ascii = text.chars().allMatch(c -> c < 0x80);
        if (ascii && !text.contains("xn--")) {
            return null;
        }
        try {
            String other = ascii ? DomainForms.unicode(text) : DomainForms.ascii(text);
            return other.equals(text) ? null : new Domain(other);
        } catch (IllegalArgumentException noLabel) {
            return null;
        }
    }

    private static String text(String user, Mailbox address) {
        return new Mailbox(user, address.domain()).toString();
    }
}

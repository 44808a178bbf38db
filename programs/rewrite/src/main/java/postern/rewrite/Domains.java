package postern.rewrite;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import postern.mail.Domain;
import postern.table.Table;
import postern.table.Table.Answer;
import postern.table.Tables;

/** Says what a domain is to us. Any thread. */
final class Domains {
    private final Listed local;
    private final Listed virtualAlias;
    private final Listed virtualMailbox;
    private final Listed relay;

    /** A list with its tables. */
    private record Listed(DomainList list, List<Table> tables, String key) {
        static Listed of(DomainList list, Tables tables, String key) {
            return new Listed(list, tables.get(list.tables()), key);
        }

        /** Where it says so; null when it does not. */
        @Nullable String has(Domain domain) throws Unanswered {
            if (list.named().contains(domain)) {
                return list.origin();
            }
            for (String parent : list.parents()) {
                if (domain.text().endsWith(parent)) {
                    return list.origin();
                }
            }
            for (Table table : tables) {
                switch (table.lookup(domain.text())) {
                    case Answer.Found found -> {
                        return found.origin();
                    }
                    case Answer.TemporaryFailure(String reason) -> throw new Unanswered(reason);
                    case Answer.Absent _ -> {}
                }
            }
            return null;
        }
    }

    /** A table cannot be asked now. Leaves this package never. */
    static final class Unanswered extends Exception {
        private static final long serialVersionUID = 1;

        Unanswered(String why) {
            super(why, null, false, false);
        }

        String why() {
            return String.valueOf(getMessage());
        }
    }

    Domains(RewriteConfig.Domains config, Tables tables) {
        this.local = Listed.of(config.local(), tables, "local");
        this.virtualAlias = Listed.of(config.virtualAlias(), tables, "virtual_alias");
        this.virtualMailbox = Listed.of(config.virtualMailbox(), tables, "virtual_mailbox");
        this.relay = Listed.of(config.relay(), tables, "relay");
    }

    /** Whether an answer may be waited for. */
    boolean waits() {
        return Stream.of(local, virtualAlias, virtualMailbox, relay)
                .flatMap(listed -> listed.tables.stream())
                .anyMatch(Table::waits);
    }

    AddressClass of(Domain domain, Trail trail) throws Unanswered {
        if (is(local, domain, trail)) {
            return AddressClass.LOCAL;
        }
        if (is(virtualAlias, domain, trail)) {
            return AddressClass.VIRTUAL_ALIAS;
        }
        if (is(virtualMailbox, domain, trail)) {
            return AddressClass.VIRTUAL_MAILBOX;
        }
        return is(relay, domain, trail) ? AddressClass.RELAY : AddressClass.REMOTE;
    }

    private static boolean is(Listed listed, Domain domain, Trail trail) throws Unanswered {
        @Nullable String origin = listed.has(domain);
        if (origin != null && trail != Trail.NONE) {
            trail.step("domain is in domains." + listed.key, domain.text(), origin);
        }
        return origin != null;
    }

    /** Whether it is listed as local by its name: tables are not asked. */
    boolean namedLocal(String domain) {
        return local.list.named().contains(new Domain(domain));
    }
}

package postern.rewrite;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import postern.mail.Mailbox;
import postern.mail.Rewriter.Unanswered;
import postern.table.AddressSearch;
import postern.table.Table.Answer;

/**
 * Replaces one address by another: what a table says, once, or looked up again until no table has
 * more to say or it says the same. Any thread.
 */
final class AddressMapping {
    /** How often one address may be replaced. Origin: Postfix, which counts to 1000. */
    private static final int TURNS_MAX = 1000;

    private final AddressSearch search;
    private final AddressText text;
    private final String rule;

    /**
     * @param rule the key that names its tables
     */
    AddressMapping(AddressSearch search, AddressText text, String rule) {
        this.search = search;
        this.text = text;
        this.rule = rule;
    }

    boolean isEmpty() {
        return search.isEmpty();
    }

    /**
     * @throws Unanswered also for a loop: what the operator meant is not known
     */
    Mailbox map(Mailbox address, Trail trail) throws Unanswered {
        Mailbox now = address;
        @Nullable Set<Mailbox> seen = null;
        while (true) {
            Mailbox next = once(now, true, trail);
            if (same(next, now)) {
                return next;
            }
            seen = seen == null ? new HashSet<>(Set.of(now)) : seen;
            if (!seen.add(next) || seen.size() > TURNS_MAX) {
                throw new Unanswered("rewriting " + address + " turns in a circle at " + next);
            }
            now = next;
        }
    }

    /**
     * What the table says, asked once: the extension that a key leaves out is left out. As
     * generic(5) has it.
     */
    Mailbox mapOnce(Mailbox address) throws Unanswered {
        return once(address, false, Trail.NONE);
    }

    private static boolean same(Mailbox a, Mailbox b) {
        return a.equals(b)
                || a.domain().equals(b.domain())
                        && a.localPart()
                                .toLowerCase(Locale.ROOT)
                                .equals(b.localPart().toLowerCase(Locale.ROOT));
    }

    private Mailbox once(Mailbox address, boolean extended, Trail trail) throws Unanswered {
        AddressSearch.@Nullable Hit hit = search.find(address);
        if (hit == null) {
            return address;
        }
        return switch (hit.answer()) {
            case Answer.Absent _ -> address;
            case Answer.TemporaryFailure(String reason) -> throw new Unanswered(reason);
            case Answer.Found found -> {
                try {
                    var asked = extended ? hit : new AddressSearch.Hit(found, hit.key(), "");
                    Mailbox to = text.list(address, asked, found).getFirst();
                    if (trail != Trail.NONE) {
                        trail.step(rule + " " + hit.key(), found.value(), found.origin());
                    }
                    yield to;
                } catch (AddressText.Malformed malformed) {
                    throw new Unanswered(String.valueOf(malformed.getMessage()));
                }
            }
        };
    }
}

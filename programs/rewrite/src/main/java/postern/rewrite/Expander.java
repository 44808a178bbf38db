package postern.rewrite;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import postern.mail.Domain;
import postern.mail.Expansion;
import postern.mail.Mailbox;
import postern.table.AddressSearch;
import postern.table.Aliases;
import postern.table.Table.Answer;

/**
 * Replaces aliases by what they stand for: virtual aliases of any domain, and aliases of local
 * users that are addresses and nothing more. An address is expanded once in one expansion, so that
 * loops end; what an alias names that is the alias itself stays. Any thread.
 */
final class Expander {
    /** Recipients of one expansion. Origin: Postfix, virtual_alias_expansion_limit. */
    static final int EXPANSION_MAX = 1000;

    /** How deep aliases may name aliases. Origin: Postfix, virtual_alias_recursion_limit. */
    static final int DEPTH_MAX = 1000;

    /** RFC 3463: mailing list expansion failed, for now. */
    private static final String FAILED = "4.2.4";

    private static final String POSTMASTER = "postmaster";

    private final RewriteConfig config;
    private final Domains domains;
    private final AddressSearch virtual;
    private final Aliases aliases;
    private final AddressText text;

    Expander(RewriteConfig config, Domains domains, AddressSearch virtual, Aliases aliases) {
        this.config = config;
        this.domains = domains;
        this.virtual = virtual;
        this.aliases = aliases;
        this.text = new AddressText(config.origin());
    }

    /** An address on its way, and how many aliases led to it. */
    private record Step(Mailbox mailbox, int depth) {}

    /** One expansion. One thread only. */
    private final class Run {
        private final Trail trail;
        private final Map<String, Mailbox> found = new LinkedHashMap<>();
        private final Set<String> expanded = new HashSet<>();
        private final Deque<Step> stack = new ArrayDeque<>();
        private boolean anyVirtual;

        Run(Trail trail) {
            this.trail = trail;
        }

        Expansion expand(Mailbox recipient) {
            try {
                stack.push(new Step(recipient, 0));
                while (!stack.isEmpty()) {
                    step(stack.pop());
                    if (found.size() + stack.size() > EXPANSION_MAX) {
                        return tooMuch(recipient, "more than " + EXPANSION_MAX + " recipients");
                    }
                }
            } catch (Domains.Unanswered unanswered) {
                return new Expansion.Unanswered("4.3.0", unanswered.why());
            } catch (AddressText.Malformed malformed) {
                return new Expansion.Unanswered(FAILED, String.valueOf(malformed.getMessage()));
            } catch (TooDeep deep) {
                return tooMuch(recipient, "aliases more than " + DEPTH_MAX + " deep");
            }
            return new Expansion.Recipients(
                    found.isEmpty() ? List.of(recipient) : List.copyOf(found.values()));
        }

        /** What local(8) can expand in portions it gets whole; else the message waits. */
        private Expansion tooMuch(Mailbox recipient, String what) {
            if (!anyVirtual) {
                return new Expansion.Recipients(List.of(recipient));
            }
            return new Expansion.Unanswered(FAILED, "alias expansion: " + what);
        }

        private void step(Step step) throws Domains.Unanswered, AddressText.Malformed, TooDeep {
            Mailbox mailbox = step.mailbox;
            if (!expanded.add(identity(mailbox))) {
                if (trail != Trail.NONE && !found.containsKey(identity(mailbox))) {
                    trail.step("loop, is being expanded already", mailbox.toString(), "alias");
                }
                return;
            }
            @Nullable List<Mailbox> targets = virtual(mailbox);
            boolean itself = targets != null && names(targets, mailbox);
            if (targets == null || itself) {
                @Nullable List<Mailbox> local = local(mailbox);
                if (local != null) {
                    targets = targets == null ? local : joined(targets, local, mailbox);
                    itself = false;
                }
            }
            if (targets == null || itself) {
                found.putIfAbsent(identity(mailbox), mailbox);
            }
            if (targets != null) {
                if (step.depth >= DEPTH_MAX) {
                    throw new TooDeep();
                }
                for (int i = targets.size() - 1; i >= 0; i--) {
                    stack.push(new Step(targets.get(i), step.depth + 1));
                }
            }
        }

        private @Nullable List<Mailbox> virtual(Mailbox mailbox)
                throws Domains.Unanswered, AddressText.Malformed {
            AddressSearch.@Nullable Hit hit = virtual.find(mailbox);
            if (hit == null) {
                return null;
            }
            return switch (hit.answer()) {
                case Answer.Found found -> {
                    anyVirtual = true;
                    List<Mailbox> targets = text.list(mailbox, hit, found);
                    if (trail != Trail.NONE) {
                        trail.step("virtual alias " + hit.key(), found.value(), found.origin());
                    }
                    yield targets;
                }
                case Answer.TemporaryFailure(String reason) -> throw new Domains.Unanswered(reason);
                case Answer.Absent _ -> null;
            };
        }

        private @Nullable List<Mailbox> local(Mailbox mailbox) throws Domains.Unanswered {
            List<String> names =
                    switch (domains.of(mailbox.domain(), Trail.NONE)) {
                        case LOCAL -> names(mailbox.localPart());
                        case REMOTE ->
                                postmaster(mailbox) ? List.of(config.postmaster()) : List.of();
                        case VIRTUAL_ALIAS, VIRTUAL_MAILBOX, RELAY -> List.of();
                    };
            List<Mailbox> targets = new ArrayList<>(names.size());
            for (String name : names) {
                try {
                    targets.add(text.address(name, "aliases"));
                } catch (AddressText.Malformed malformed) {
                    return null; // local says what is wrong with it
                }
            }
            if (!targets.isEmpty() && trail != Trail.NONE) {
                Optional<String> name = alias(mailbox.localPart());
                trail.step(
                        "alias " + name.orElse(POSTMASTER),
                        String.join(", ", names),
                        name.map(aliases::origin).orElse("domains.postmaster"));
            }
            return targets.isEmpty() ? null : targets;
        }
    }

    /** Steers inside this class only. */
    private static final class TooDeep extends Exception {
        private static final long serialVersionUID = 1;

        TooDeep() {
            super(null, null, false, false);
        }
    }

    /**
     * Whether that is this host's name and its postmaster reads elsewhere: a host without users has
     * one all the same, RFC 5321 §4.5.1.
     */
    boolean postmasterElsewhere(Domain domain) {
        return domain.text().equalsIgnoreCase(config.hostname())
                && config.postmaster().indexOf('@') >= 0;
    }

    /** Whether it is that postmaster. */
    boolean postmaster(Mailbox mailbox) {
        return mailbox.localPart().equalsIgnoreCase(POSTMASTER)
                && postmasterElsewhere(mailbox.domain());
    }

    boolean hasVirtual() {
        return !virtual.isEmpty();
    }

    Expansion expand(Mailbox recipient, Trail trail) {
        return new Run(trail).expand(recipient);
    }

    /** What an alias stands for, where that is addresses and nothing else. */
    private List<String> names(String localPart) {
        Optional<String> alias = alias(localPart);
        if (alias.isPresent()) {
            return aliases.addresses(alias.get());
        }
        return localPart.equalsIgnoreCase(POSTMASTER) ? List.of(config.postmaster()) : List.of();
    }

    /** The name under which it is an alias, with its extension or without. */
    private Optional<String> alias(String localPart) {
        String user = localPart.toLowerCase(Locale.ROOT);
        if (!aliases.lookup(user).isEmpty()) {
            return Optional.of(user);
        }
        String base = virtual.base(user);
        return aliases.lookup(base).isEmpty() ? Optional.empty() : Optional.of(base);
    }

    /** One name for the addresses that reach the same mailbox: this host has several names. */
    private String identity(Mailbox mailbox) {
        String domain = mailbox.domain().text();
        return mailbox.localPart().toLowerCase(Locale.ROOT)
                + '@'
                + (domains.namedLocal(domain) ? "" : domain);
    }

    private boolean names(List<Mailbox> targets, Mailbox mailbox) {
        String wanted = identity(mailbox);
        return targets.stream().anyMatch(target -> identity(target).equals(wanted));
    }

    /** An alias that names itself beside others means the local alias of that name. */
    private List<Mailbox> joined(List<Mailbox> targets, List<Mailbox> local, Mailbox mailbox) {
        List<Mailbox> joined = new ArrayList<>(targets);
        joined.removeIf(target -> identity(target).equals(identity(mailbox)));
        joined.addAll(local);
        return joined;
    }
}

package postern.rewrite;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import postern.mail.Expansion;
import postern.mail.Mailbox;
import postern.mail.ReversePath;
import postern.mail.Rewriter;
import postern.mail.Route;

/**
 * Tells where an address goes and by which rules: the router's own decision, with its trail kept.
 */
public final class Explanation {
    /** Recipients told of at most. */
    private static final int TOLD_MAX = 1000;

    private final AddressRouter router;
    private final Rewriter rewriter;

    public Explanation(AddressRouter router, Rewriter rewriter) {
        this.router = router;
        this.rewriter = rewriter;
    }

    /**
     * A rule that counted.
     *
     * @param value what it says; may be empty
     * @param origin where it is written
     */
    public record Step(String rule, String value, String origin) {}

    /**
     * One recipient that the address stands for.
     *
     * @param addressClass in words
     */
    public record Destination(
            Mailbox recipient, String addressClass, Route route, List<Step> steps) {
        public Destination {
            steps = List.copyOf(steps);
        }
    }

    /**
     * What was found.
     *
     * @param steps that led from the address to its recipients
     * @param failure why there are none now; empty when there are
     */
    public record Told(List<Step> steps, List<Destination> destinations, String failure) {
        public Told {
            steps = List.copyOf(steps);
            destinations = List.copyOf(destinations);
        }
    }

    /** In the order in which cleanup asks, who gets copies included. */
    public Told explain(ReversePath sender, Mailbox address) {
        List<Step> steps = new ArrayList<>();
        Trail trail = (rule, value, origin) -> steps.add(new Step(rule, value, origin));
        Rewriter telling =
                rewriter instanceof AddressRewriter ours ? ours.telling(trail) : rewriter;
        try {
            ReversePath from =
                    sender instanceof ReversePath.Sender(Mailbox mailbox)
                            ? ReversePath.of(known(telling.sender(mailbox)).getFirst())
                            : sender;
            Mailbox rewritten = known(telling.recipient(address)).getFirst();
            Set<Mailbox> copies = new LinkedHashSet<>(known(telling.copies(rewritten)));
            Set<Mailbox> all = new LinkedHashSet<>(known(router.expand(rewritten, trail)));
            copies.addAll(known(telling.copies(from)));
            for (Mailbox copy : copies) {
                all.addAll(known(router.expand(copy, trail)));
            }
            List<Destination> told = new ArrayList<>(destinations(from, all));
            Optional<Mailbox> archive = telling.archive(sender, List.of(address));
            if (archive.isPresent()) { // a message of its own, from nobody
                told.addAll(
                        destinations(
                                ReversePath.NOBODY, known(router.expand(archive.get(), trail))));
            }
            return new Told(steps, told, "");
        } catch (Unknown unknown) {
            return new Told(steps, List.of(), String.valueOf(unknown.getMessage()));
        }
    }

    private List<Destination> destinations(ReversePath from, Collection<Mailbox> recipients) {
        return recipients.stream()
                .limit(TOLD_MAX)
                .map(recipient -> destination(from, recipient))
                .toList();
    }

    /** It cannot be said now. */
    private static final class Unknown extends Exception {
        private static final long serialVersionUID = 1;

        Unknown(String why) {
            super(why, null, false, false);
        }
    }

    private static List<Mailbox> known(Expansion expansion) throws Unknown {
        return switch (expansion) {
            case Expansion.Recipients(List<Mailbox> mailboxes) -> mailboxes;
            case Expansion.Unanswered(String status, String why) ->
                    throw new Unknown(status + " " + why);
        };
    }

    /** The rules that lead a recipient of a queued message to its next hop. */
    public List<Step> steps(ReversePath sender, Mailbox recipient) {
        return destination(sender, recipient).steps();
    }

    private Destination destination(ReversePath sender, Mailbox recipient) {
        List<Step> steps = new ArrayList<>();
        Route route =
                router.route(
                        sender,
                        recipient,
                        (rule, value, origin) -> steps.add(new Step(rule, value, origin)));
        String what;
        try {
            what = router.classOf(recipient, Trail.NONE).words();
        } catch (Domains.Unanswered unanswered) {
            what = "unknown for now";
        }
        return new Destination(recipient, what, route, steps);
    }
}

package postern.rewrite;

import java.util.ArrayList;
import java.util.List;
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

    public Told explain(ReversePath sender, Mailbox address) {
        List<Step> steps = new ArrayList<>();
        Trail trail = (rule, value, origin) -> steps.add(new Step(rule, value, origin));
        Mailbox rewritten = address;
        switch (rewriter.recipient(address)) {
            case Expansion.Unanswered(String status, String why) -> {
                return new Told(steps, List.of(), status + " " + why);
            }
            case Expansion.Recipients(List<Mailbox> one) -> rewritten = one.getFirst();
        }
        if (!rewritten.equals(address)) {
            steps.add(new Step("rewritten to", rewritten.toString(), "rewrite"));
        }
        return switch (router.expand(rewritten, trail)) {
            case Expansion.Unanswered(String status, String why) ->
                    new Told(steps, List.of(), status + " " + why);
            case Expansion.Recipients(List<Mailbox> all) ->
                    new Told(
                            steps,
                            all.stream()
                                    .limit(TOLD_MAX)
                                    .map(recipient -> destination(sender, recipient))
                                    .toList(),
                            "");
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

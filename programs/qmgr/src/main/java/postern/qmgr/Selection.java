package postern.qmgr;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import postern.base.ControlLine;
import postern.mail.Envelope;
import postern.mail.Mailbox;
import postern.mail.QueueId;
import postern.mail.ReversePath;
import postern.mail.Route;
import postern.mail.Router;
import postern.spool.Progress;
import postern.spool.QueuedMessage;

/**
 * Which messages a request is about. A message is meant when all that is stated of it fits, and
 * when one of its recipients that wait fits all that is stated of recipients.
 */
final class Selection {
    /** Names of fields that select. */
    static final Set<String> NAMES =
            Set.of(
                    "id",
                    "sender",
                    "recipient",
                    "destination",
                    "transport",
                    "older",
                    "younger",
                    "larger",
                    "smaller",
                    "reason",
                    "state");

    /** Those of them that are about recipients. */
    private static final Set<String> RECIPIENTS =
            Set.of("recipient", "destination", "transport", "reason");

    private static final Set<String> STATES = Set.of("active", "due", "deferred", "held");

    /** Ids in one request; the request's own bound is near it. */
    private static final int IDS_MAX = 256;

    private final ControlLine asked;
    private final List<QueueId> ids;

    private Selection(ControlLine asked, List<QueueId> ids) {
        this.asked = asked;
        this.ids = ids;
    }

    /** What a request has made of its selectors. */
    sealed interface Parsed {
        record Good(Selection selection) implements Parsed {}

        record Bad(String why) implements Parsed {}
    }

    static Parsed parse(ControlLine asked) {
        List<QueueId> ids = new ArrayList<>();
        for (String text : asked.has("id") ? asked.field("id").split(",", -1) : new String[0]) {
            Optional<QueueId> id = QueueId.parse(text);
            if (id.isEmpty() || ids.size() == IDS_MAX) {
                return new Parsed.Bad(
                        id.isEmpty()
                                ? "\"" + text + "\" is no queue id"
                                : "at most " + IDS_MAX + " ids");
            }
            ids.add(id.get());
        }
        for (String name : List.of("older", "younger", "larger", "smaller")) {
            if (asked.has(name) && asked.number(name) < 0) {
                return new Parsed.Bad(name + " takes a number, not " + asked.field(name));
            }
        }
        if (asked.has("state") && !STATES.contains(asked.field("state"))) {
            return new Parsed.Bad("a state is active, due, deferred or held");
        }
        return new Parsed.Good(new Selection(asked, ids));
    }

    /** The messages named; empty when others are meant. */
    List<QueueId> ids() {
        return ids;
    }

    boolean named() {
        return asked.has("id");
    }

    /** Whether nothing is stated: all messages. */
    boolean all() {
        return NAMES.stream().noneMatch(asked::has);
    }

    /** The destination, in lower case, where one is stated that is no pattern. */
    Optional<String> destination() {
        boolean one = asked.has("destination") && !Pattern.wild(asked.field("destination"));
        return one
                ? Optional.of(asked.field("destination").toLowerCase(Locale.ROOT))
                : Optional.empty();
    }

    /** The same, where nothing but that is stated. */
    Optional<String> destinationAlone() {
        boolean alone = NAMES.stream().filter(asked::has).count() == 1;
        return alone ? destination() : Optional.empty();
    }

    /** Whether all that is stated is {@code *.DOMAIN}: whatever lies below a domain. */
    boolean belowAlone() {
        String wanted = asked.has("destination") ? asked.field("destination") : "";
        return NAMES.stream().filter(asked::has).count() == 1
                && wanted.startsWith("*.")
                && wanted.length() > 2
                && !Pattern.wild(wanted.substring(1));
    }

    boolean fits(QueuedMessage message, Standing standing, Router router, Instant now) {
        Envelope envelope = message.envelope();
        long age = Math.max(0, now.getEpochSecond() - envelope.arrived().getEpochSecond());
        if (above("older", age)
                || below("younger", age)
                || above("larger", message.octets())
                || below("smaller", message.octets())
                || asked.has("state") && !asked.field("state").equals(standing.state())
                || asked.has("sender") && !sender(envelope.sender())) {
            return false;
        }
        if (RECIPIENTS.stream().noneMatch(asked::has)) {
            return true;
        }
        for (Progress progress : message.progress()) {
            if (!progress.state().last() && fits(message, standing, progress, router)) {
                return true;
            }
        }
        return false;
    }

    /** Stated, and the value is not over it. */
    private boolean above(String name, long value) {
        return asked.has(name) && value < asked.number(name);
    }

    private boolean below(String name, long value) {
        return asked.has(name) && value >= asked.number(name);
    }

    private boolean sender(ReversePath sender) {
        String wanted = asked.field("sender");
        return switch (sender) {
            case ReversePath.Nobody _ -> wanted.isEmpty() || wanted.equals("<>");
            case ReversePath.Sender(Mailbox mailbox) ->
                    !wanted.isEmpty() && Pattern.fitsAddress(wanted, mailbox.toString());
        };
    }

    /** Whether all that is stated of recipients fits that one. */
    boolean fits(QueuedMessage message, Standing standing, Progress progress, Router router) {
        int at = progress.recipient();
        Mailbox mailbox = message.envelope().recipients().get(at).mailbox();
        if (asked.has("recipient")
                && !Pattern.fitsAddress(asked.field("recipient"), mailbox.toString())) {
            return false;
        }
        if (asked.has("reason")) {
            String wanted = asked.field("reason").toLowerCase(Locale.ROOT);
            if (!Listing.reason(standing, progress).toLowerCase(Locale.ROOT).contains(wanted)) {
                return false;
            }
        }
        if (!asked.has("transport") && !asked.has("destination")) {
            return true;
        }
        Optional<Route.To> to = Listing.way(message, standing, progress, router);
        return (!asked.has("transport")
                        || to.isPresent()
                                && Pattern.fits(asked.field("transport"), to.get().transport()))
                && (!asked.has("destination")
                        || Pattern.fits(asked.field("destination"), mailbox.domain().text())
                        || to.isPresent()
                                && Pattern.fits(asked.field("destination"), to.get().nextHop()));
    }

    /** Texts where a star stands for any characters; case does not matter. */
    static final class Pattern {
        private Pattern() {}

        static boolean wild(String pattern) {
            return pattern.indexOf('*') >= 0;
        }

        /** An address; {@code @domain} is every address of the domain. */
        static boolean fitsAddress(String pattern, String address) {
            return fits(pattern.startsWith("@") ? "*" + pattern : pattern, address);
        }

        static boolean fits(String pattern, String text) {
            String wanted = pattern.toLowerCase(Locale.ROOT);
            String given = text.toLowerCase(Locale.ROOT);
            int at = 0;
            int in = 0;
            int star = -1;
            int resume = 0;
            while (in < given.length()) {
                if (at < wanted.length() && wanted.charAt(at) == '*') {
                    star = at++;
                    resume = in;
                } else if (at < wanted.length() && wanted.charAt(at) == given.charAt(in)) {
                    at++;
                    in++;
                } else if (star >= 0) { // the last star takes one more
                    at = star + 1;
                    in = ++resume;
                } else {
                    return false;
                }
            }
            while (at < wanted.length() && wanted.charAt(at) == '*') {
                at++;
            }
            return at == wanted.length();
        }
    }
}

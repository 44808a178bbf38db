package postern.qmgr;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import postern.mail.Envelope;
import postern.mail.Route;
import postern.mail.Router;
import postern.spool.Progress;
import postern.spool.QueuedMessage;

/**
 * Where some recipients of a message go, as found out a moment ago by a task that may wait for it.
 * Immutable.
 */
final class Routes {
    /** The router answers at once: nothing needs to be known before it is asked. */
    static final Routes NONE = new Routes(new int[0], new Route[0]);

    private final int[] recipients; // ascending
    private final Route[] routes;

    private Routes(int[] recipients, Route[] routes) {
        this.recipients = recipients;
        this.routes = routes;
    }

    /** Asks the router, one after the other. */
    static Routes of(Router router, Envelope envelope, int[] recipients) {
        Route[] routes = new Route[recipients.length];
        for (int i = 0; i < recipients.length; i++) {
            var recipient = envelope.recipients().get(recipients[i]);
            routes[i] = router.route(envelope.sender(), recipient.mailbox());
        }
        return new Routes(recipients, routes);
    }

    /** Those of all recipients that wait, where the router does not answer at once. */
    static Routes of(Router router, QueuedMessage message) {
        if (!router.waits()) {
            return NONE;
        }
        IntStream waiting =
                message.progress().stream()
                        .filter(progress -> !progress.state().last())
                        .mapToInt(Progress::recipient)
                        .sorted();
        return of(router, message.envelope(), waiting.toArray());
    }

    /** Nobody was found out about: each is asked for later. */
    static Routes unknown(int[] recipients, String why) {
        Route[] routes = new Route[recipients.length];
        Arrays.fill(routes, new Route.Unanswered(why));
        return new Routes(recipients, routes);
    }

    /** Where that recipient of the envelope goes; null when that was not asked. */
    @Nullable Route of(int recipient) {
        int at = Arrays.binarySearch(recipients, recipient);
        return at < 0 ? null : routes[at];
    }
}

package postern.dist;

import java.io.IOException;
import java.time.Duration;
import postern.base.ControlLine;
import postern.base.ControlQuestion;
import postern.base.Endpoint;
import postern.base.Network;
import postern.base.Peer;
import postern.mail.Domain;

/** Has qmgr try the mail for a domain, as ETRN asks for: docs/protocols/control.md. Any thread. */
record Waker(Network network, Endpoint queue) {
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);

    /** A queue of a million messages is looked through without a pause so long. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    Waker(Network network, Site site) {
        this(network, new Endpoint.Local(site.run().resolve(Listeners.CONTROL)));
    }

    /**
     * How many messages; -1 where qmgr will not.
     *
     * @param below those for domains below it too
     */
    long wake(Domain domain, boolean below) throws IOException {
        long there = woken(domain.text());
        if (!below || there < 0) {
            return there;
        }
        long more = woken("*." + domain);
        return more < 0 ? -1 : there + more;
    }

    private long woken(String destination) throws IOException {
        String request = "flush-destination\t" + ControlLine.of("destination", destination).text();
        try (Peer peer = network.connect(queue, CONNECT_LIMIT)) {
            ControlLine result = ControlQuestion.ask(peer, request, PATIENCE, _ -> {});
            return result.field("result").equals("ok") ? result.number("count") : -1;
        }
    }
}

package postern.anvil;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * The counts of all clients. Without a thread and a clock of its own: each event comes with its
 * time. One owner at a time.
 */
public final class Anvil {
    private final AnvilConfig config;
    private final long interval;
    private final Counters<Network> networks;
    private final Counters<String> logins;

    /**
     * What one network or login did.
     *
     * @param client {@code 192.0.2.1/32}, {@code 2001:db8::/64}, or the login
     * @param sessions open now; 0 for a login
     * @param refused how often a limit was reached
     */
    public record Line(
            String client,
            int sessions,
            int connections,
            int messages,
            int recipients,
            int authFailures,
            int tlsHandshakes,
            int refused) {}

    public Anvil(AnvilConfig config) {
        this.config = config;
        this.interval = config.interval().toNanos();
        this.networks = new Counters<>(config.clients());
        this.logins = new Counters<>(config.clients());
    }

    /**
     * @param now of the monotone clock
     */
    public Verdict step(Event event, long now) {
        return switch (event) {
            case Event.Begin begin -> begin(begin, now);
            case Event.End(InetAddress client) -> {
                counter(client, now).end();
                yield Verdict.FINE;
            }
            case Event.Act act -> act(act, now);
            case Event.Look look -> look(look, now);
        };
    }

    private Verdict begin(Event.Begin begin, long now) {
        Counter counter = counter(begin.client(), now);
        counter.add(Deed.CONNECTION);
        if (!begin.exempt()) {
            if (counter.sessions() >= config.sessions()) {
                counter.refuse();
                return new Verdict.TooMuch("too many connections at once from your network");
            }
            Verdict rate =
                    within(counter, Deed.CONNECTION, config.perNetwork(), "from your network");
            if (rate instanceof Verdict.TooMuch) {
                return rate;
            }
        }
        counter.begin();
        return Verdict.FINE;
    }

    private Verdict act(Event.Act act, long now) {
        Verdict verdict = Verdict.FINE;
        if (act.client().isPresent()) {
            Counter counter = counter(act.client().get(), now);
            counter.add(act.deed());
            if (!act.exempt()) {
                verdict = within(counter, act.deed(), config.perNetwork(), "from your network");
            }
        }
        if (!act.login().isEmpty()) {
            Counter counter = logins.of(act.login(), now, interval);
            counter.add(act.deed());
            if (verdict instanceof Verdict.Fine) {
                verdict = within(counter, act.deed(), config.perLogin(), "for this login");
            }
        }
        return verdict;
    }

    private Verdict look(Event.Look look, long now) {
        Verdict verdict = Verdict.FINE;
        if (look.client().isPresent() && !look.exempt()) {
            Counter counter = counter(look.client().get(), now);
            verdict = once(counter, look.deed(), config.perNetwork(), "from your network");
        }
        if (!look.login().isEmpty() && verdict instanceof Verdict.Fine) {
            Counter counter = logins.of(look.login(), now, interval);
            verdict = once(counter, look.deed(), config.perLogin(), "for this login");
        }
        return verdict;
    }

    private Verdict once(Counter counter, Deed deed, Map<Deed, Integer> limits, String whose) {
        return within(counter, counter.count(deed) + 1, deed, limits, whose);
    }

    private Verdict within(Counter counter, Deed deed, Map<Deed, Integer> limits, String whose) {
        return within(counter, counter.count(deed), deed, limits, whose);
    }

    private Verdict within(
            Counter counter, int count, Deed deed, Map<Deed, Integer> limits, String whose) {
        int limit = limits.getOrDefault(deed, 0);
        if (limit == 0 || count <= limit) {
            return Verdict.FINE;
        }
        counter.refuse();
        return new Verdict.TooMuch(
                "too many "
                        + deed.plural()
                        + " "
                        + whose
                        + ", more than "
                        + limit
                        + " in "
                        + span());
    }

    private String span() {
        Duration span = config.interval();
        return span.toSeconds() == 60 ? "a minute" : span.toSeconds() + " seconds";
    }

    /** How often the client's network did it in the current interval. */
    public int rate(Deed deed, InetAddress client, long now) {
        return counter(client, now).count(deed);
    }

    private Counter counter(InetAddress client, long now) {
        int bits = client.getAddress().length == 4 ? config.v4Bits() : config.v6Bits();
        return networks.of(Network.of(client, bits), now, interval);
    }

    /** Networks and logins known now. */
    public int known() {
        return networks.size() + logins.size();
    }

    /** Those that did most, networks before logins. */
    public List<Line> busiest(int most, long now) {
        List<Line> lines = new ArrayList<>();
        networks.all().forEach((network, counter) -> lines.add(line(network.text(), counter, now)));
        lines.sort(BUSIEST_FIRST);
        List<Line> some = new ArrayList<>(lines.subList(0, Math.min(most, lines.size())));
        lines.clear();
        logins.all().forEach((login, counter) -> lines.add(line(login, counter, now)));
        lines.sort(BUSIEST_FIRST);
        some.addAll(lines.subList(0, Math.min(most, lines.size())));
        return some;
    }

    private static final Comparator<Line> BUSIEST_FIRST =
            Comparator.comparingLong(
                            (Line line) ->
                                    (long) line.sessions
                                            + line.connections
                                            + line.messages
                                            + line.recipients
                                            + line.authFailures
                                            + line.tlsHandshakes)
                    .reversed();

    private Line line(String client, Counter counter, long now) {
        counter.at(now, interval);
        return new Line(
                client,
                counter.sessions(),
                counter.count(Deed.CONNECTION),
                counter.count(Deed.MESSAGE),
                counter.count(Deed.RECIPIENT),
                counter.count(Deed.AUTH_FAILURE),
                counter.count(Deed.TLS_HANDSHAKE),
                counter.refused());
    }
}

package postern.smtpd;

import java.net.InetAddress;
import java.util.Optional;
import postern.anvil.Anvil;
import postern.anvil.Deed;
import postern.anvil.Event;
import postern.anvil.Verdict;
import postern.base.Clock;

/** anvil, as the front domain wires it. */
final class Counting implements Meter {
    private final Clock clock;
    private final Anvil anvil;

    Counting(Clock clock, Anvil anvil) {
        this.clock = clock;
        this.anvil = anvil;
    }

    @Override
    public Optional<String> begin(InetAddress client, boolean exempt) {
        return step(new Event.Begin(client, exempt));
    }

    @Override
    public void end(InetAddress client) {
        Optional<String> unused = step(new Event.End(client));
        assert unused.isEmpty();
    }

    @Override
    public Optional<String> count(
            What what, Optional<InetAddress> client, String login, boolean exempt) {
        return step(new Event.Act(Deed.valueOf(what.name()), client, login, exempt));
    }

    @Override
    public Optional<String> exceeded(
            What what, Optional<InetAddress> client, String login, boolean exempt) {
        return step(new Event.Look(Deed.valueOf(what.name()), client, login, exempt));
    }

    @Override
    public synchronized long rate(What what, InetAddress client) {
        return anvil.rate(Deed.valueOf(what.name()), client, clock.nanoTime());
    }

    private synchronized Optional<String> step(Event event) {
        return anvil.step(event, clock.nanoTime()) instanceof Verdict.TooMuch(String text)
                ? Optional.of(text)
                : Optional.empty();
    }
}

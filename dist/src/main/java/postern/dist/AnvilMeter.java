package postern.dist;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import postern.anvil.Anvil;
import postern.anvil.Deed;
import postern.anvil.Event;
import postern.anvil.Verdict;
import postern.base.Clock;
import postern.smtpd.Meter;

/** anvil, as smtpd sees it. Any thread. */
final class AnvilMeter implements Meter {
    private final Clock clock;
    private final Anvil anvil; // guarded by itself

    AnvilMeter(Clock clock, Anvil anvil) {
        this.clock = clock;
        this.anvil = anvil;
    }

    @Override
    public Optional<String> begin(InetAddress client, boolean exempt) {
        return step(new Event.Begin(client, exempt));
    }

    @Override
    public void end(InetAddress client) {
        Optional<String> _ = step(new Event.End(client));
    }

    @Override
    public Optional<String> count(
            What what, Optional<InetAddress> client, String login, boolean exempt) {
        return step(new Event.Act(deed(what), client, login, exempt));
    }

    @Override
    public Optional<String> exceeded(
            What what, Optional<InetAddress> client, String login, boolean exempt) {
        return step(new Event.Look(deed(what), client, login, exempt));
    }

    @Override
    public long rate(What what, InetAddress client) {
        long now = clock.nanoTime();
        synchronized (anvil) {
            return anvil.rate(deed(what), client, now);
        }
    }

    List<Anvil.Line> busiest(int most) {
        long now = clock.nanoTime();
        synchronized (anvil) {
            return anvil.busiest(most, now);
        }
    }

    private Optional<String> step(Event event) {
        long now = clock.nanoTime();
        Verdict verdict;
        synchronized (anvil) {
            verdict = anvil.step(event, now);
        }
        return verdict instanceof Verdict.TooMuch(String text)
                ? Optional.of(text)
                : Optional.empty();
    }

    private static Deed deed(Meter.What what) {
        return switch (what) {
            case CONNECTION -> Deed.CONNECTION;
            case MESSAGE -> Deed.MESSAGE;
            case RECIPIENT -> Deed.RECIPIENT;
            case AUTH_FAILURE -> Deed.AUTH_FAILURE;
            case TLS_HANDSHAKE -> Deed.TLS_HANDSHAKE;
        };
    }
}

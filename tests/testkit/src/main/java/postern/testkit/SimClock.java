package postern.testkit;

import java.time.Duration;
import java.time.Instant;
import postern.base.Clock;

/** Virtual time. */
final class SimClock implements Clock {
    private final SimWorld sim;
    private final Baton baton;

    SimClock(SimWorld sim, Baton baton) {
        this.sim = sim;
        this.baton = baton;
    }

    @Override
    public Instant now() {
        return sim.now();
    }

    @Override
    public long nanoTime() {
        return baton.now();
    }

    @Override
    public void sleep(Duration duration) {
        baton.pause();
        baton.sleep(duration.toNanos());
    }
}

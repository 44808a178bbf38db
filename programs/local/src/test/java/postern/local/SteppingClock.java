package postern.local;

import java.time.Duration;
import java.time.Instant;
import postern.base.Clock;

/** A clock on which sleeping takes no time. */
final class SteppingClock implements Clock {
    private final Clock start;
    private long slept;

    SteppingClock(Clock start) {
        this.start = start;
    }

    @Override
    public Instant now() {
        return start.now().plusNanos(slept);
    }

    @Override
    public long nanoTime() {
        return start.nanoTime() + slept;
    }

    @Override
    public void sleep(Duration duration) {
        slept += duration.toNanos();
    }
}

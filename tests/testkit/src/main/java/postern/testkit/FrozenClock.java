package postern.testkit;

import java.time.Duration;
import java.time.Instant;
import postern.base.Clock;

/** In which no time passes, however long one sleeps: nothing depends on it then. */
public final class FrozenClock implements Clock {
    @Override
    public Instant now() {
        return Instant.EPOCH;
    }

    @Override
    public long nanoTime() {
        return 1;
    }

    @Override
    public void sleep(Duration duration) {}
}

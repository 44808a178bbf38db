package postern.base.system;

import java.time.Duration;
import java.time.Instant;
import postern.base.Bug;
import postern.base.Clock;

/** The machine's clock. */
final class SystemClock implements Clock {
    @Override
    public Instant now() {
        return Instant.now();
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public void sleep(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException interrupted) {
            throw new Bug("nobody interrupts", interrupted);
        }
    }
}

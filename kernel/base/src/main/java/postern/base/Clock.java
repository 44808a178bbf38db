package postern.base;

import java.time.Duration;
import java.time.Instant;

/** Time. The wall clock may jump; {@link #nanoTime()} never goes back. */
public interface Clock {

    /** Wall-clock time, for stamps and for times of day that outlive the process. */
    Instant now();

    /** Monotone nanoseconds from an arbitrary origin, for intervals. */
    long nanoTime();

    /** Waits. Interruption is a bug of ours: nobody interrupts. */
    void sleep(Duration duration);
}

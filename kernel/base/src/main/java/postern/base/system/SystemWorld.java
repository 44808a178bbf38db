package postern.base.system;

import java.util.Random;
import postern.base.Clock;
import postern.base.Log;
import postern.base.World;

/** Makes the real world. */
public final class SystemWorld {
    private SystemWorld() {}

    /** The real world, with its log on standard error. */
    public static World create(String program) {
        return create(new LineLog(program));
    }

    public static World create(Log log) {
        Clock clock = new SystemClock();
        return new World(
                clock,
                new SystemDisk(),
                new SystemNetwork(),
                new SystemTasks(log),
                new Random(), // any thread; nothing that must not be guessed hangs on it
                log);
    }
}

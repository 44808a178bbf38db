package postern.base.system;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Random;
import java.util.function.ToLongFunction;
import java.util.random.RandomGenerator;
import postern.base.Clock;
import postern.base.Disk;
import postern.base.Log;
import postern.base.World;

/** Makes the real world. */
public final class SystemWorld {
    private SystemWorld() {}

    /** The real world, with its log on standard error. */
    public static World create(String program) {
        return create(new LineLog(program));
    }

    /** The same; {@code usableFiles} tells what its disk's {@link Disk#usableFiles} says. */
    public static World create(String program, ToLongFunction<Path> usableFiles) {
        return create(new LineLog(program), usableFiles);
    }

    /** What must not be guessed: nonces, salts. Any thread. */
    public static RandomGenerator secrets() {
        return new SecureRandom();
    }

    public static World create(Log log) {
        return create(log, _ -> Long.MAX_VALUE);
    }

    private static World create(Log log, ToLongFunction<Path> usableFiles) {
        Clock clock = new SystemClock();
        return new World(
                clock,
                new SystemDisk(usableFiles),
                new SystemNetwork(),
                new SystemTasks(log),
                new Random(), // any thread; nothing that must not be guessed hangs on it
                log);
    }
}

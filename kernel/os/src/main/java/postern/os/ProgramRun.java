package postern.os;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import postern.base.Clock;
import postern.os.Processes.Exit;

/**
 * Runs somebody's program to its end, as that somebody, with bounds on its time and on what it
 * says. It is the leader of a process group of its own; when a bound is passed the whole group is
 * killed.
 */
public final class ProgramRun {
    /** How often a program that is silent is looked after. */
    private static final Duration LOOK = Duration.ofMillis(50);

    /** How long a killed program may take to be gone; one in the kernel's hands is left to it. */
    private static final Duration GONE_LIMIT = Duration.ofSeconds(10);

    private static final int CHUNK = 4096;
    private static final short POLLIN = 1;

    private ProgramRun() {}

    /**
     * What to run.
     *
     * @param command the program's absolute path, then its arguments
     * @param environment its whole environment
     * @param identity whom it runs as; never root
     * @param directory its working directory
     * @param input its standard input
     * @param limit how long it may run
     * @param octetsKept how much of what it says is kept, from the start
     * @param octetsMax how much it may say
     */
    public record Order(
            List<String> command,
            Map<String, String> environment,
            Identity identity,
            Path directory,
            InputFile input,
            Duration limit,
            int octetsKept,
            long octetsMax) {}

    /** How it ended. */
    public sealed interface End {
        record Exited(int code) implements End {}

        record Killed(int signal) implements End {}

        /** It ran for too long, and was killed. */
        record TooLong() implements End {}

        /** It said too much, and was killed. */
        record TooMuch() implements End {}
    }

    /**
     * @param output what it wrote to its standard output and error, as far as that is kept
     */
    public record Result(End end, String output) {}

    /**
     * Runs it, and waits.
     *
     * @throws IOException it could not be started: not there, no executable, no way into the
     *     directory
     */
    public static Result run(Order order, Clock clock) throws IOException {
        if (order.identity().uid() == 0) {
            throw new IOException("nothing is run for others as root");
        }
        return Identity.onOwnThread("run", () -> runHere(order, clock));
    }

    private static Result runHere(Order order, Clock clock) throws IOException {
        Descriptors.Pipe pipe = Descriptors.pipe();
        try {
            int pid;
            try {
                pid = start(order, pipe.writeEnd());
            } finally {
                Descriptors.close(pipe.writeEnd());
            }
            return new Watch(order, clock, pid, pipe.readEnd()).toTheEnd();
        } finally {
            Descriptors.close(pipe.readEnd());
        }
    }

    private static int start(Order order, int output) throws IOException {
        return Spawner.start(
                        new Spawner.Order(
                                order.command(),
                                order.environment(),
                                order.identity(),
                                Sandbox.open(), // ours is inherited; nothing is added to it
                                Map.of(0, order.input().descriptor(), 1, output, 2, output),
                                order.directory()))
                .pid();
    }

    /** A running program. */
    private static final class Watch {
        private final Order order;
        private final Clock clock;
        private final int pid;
        private final int from;
        private final long deadline;
        private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
        private long said;
        private boolean silent; // its output is closed, or somebody else's by now

        Watch(Order order, Clock clock, int pid, int from) {
            this.order = order;
            this.clock = clock;
            this.pid = pid;
            this.from = from;
            this.deadline = clock.nanoTime() + order.limit().toNanos();
        }

        Result toTheEnd() throws IOException {
            boolean over = false;
            try {
                while (true) {
                    listen(LOOK);
                    Optional<Exit> exit = Processes.ended(pid);
                    if (exit.isPresent()) {
                        over = true;
                        while (!silent && said <= order.octetsMax() && listen(Duration.ZERO)) {
                            // what it said last; whoever it left behind is not waited for
                        }
                        return result(end(exit.get()));
                    }
                    if (said > order.octetsMax()) {
                        return result(new End.TooMuch());
                    }
                    if (clock.nanoTime() - deadline >= 0) {
                        return result(new End.TooLong());
                    }
                }
            } finally {
                if (!over) {
                    killGroup();
                }
            }
        }

        private Result result(End end) {
            return new Result(end, kept.toString(StandardCharsets.UTF_8).strip());
        }

        private static End end(Exit exit) {
            return switch (exit) {
                case Exit.Status(int code) -> new End.Exited(code);
                case Exit.Signal(int number) -> new End.Killed(number);
            };
        }

        /** Takes what there is to hear, waiting at most so long. False when there was nothing. */
        private boolean listen(Duration limit) throws IOException {
            if (silent) {
                clock.sleep(limit);
                return false;
            }
            byte[] heard = Watch.read(from, limit);
            if (heard == null) {
                return false;
            }
            silent = heard.length == 0;
            said += heard.length;
            kept.write(heard, 0, Math.min(heard.length, order.octetsKept() - kept.size()));
            return true;
        }

        /** Empty at the end; null when nothing came in time. */
        private static byte @Nullable [] read(int from, Duration limit) throws IOException {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment watched = arena.allocate(8, 8);
                watched.set(ValueLayout.JAVA_INT, 0, from);
                watched.set(ValueLayout.JAVA_SHORT, 4, POLLIN);
                MemorySegment time = arena.allocate(16, 8);
                time.set(ValueLayout.JAVA_LONG, 8, limit.toNanos());
                long ready =
                        Syscall.call(Syscall.PPOLL, watched.address(), 1, time.address(), 0, 0);
                if (Errno.check("poll", ready) == 0) {
                    return null;
                }
                MemorySegment buffer = arena.allocate(CHUNK);
                long got = Syscall.call(Syscall.READ, from, buffer.address(), CHUNK);
                return buffer.asSlice(0, Errno.check("read", got)).toArray(ValueLayout.JAVA_BYTE);
            }
        }

        /** While the leader is not waited for, the number of its group is nobody else's. */
        private void killGroup() throws IOException {
            long until = clock.nanoTime() + GONE_LIMIT.toNanos();
            do {
                Processes.signal(-pid, Processes.SIGKILL);
                if (Processes.ended(pid).isPresent()) {
                    return;
                }
                clock.sleep(Duration.ofMillis(2));
            } while (clock.nanoTime() - until < 0);
        }
    }
}

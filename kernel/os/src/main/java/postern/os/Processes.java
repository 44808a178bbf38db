package postern.os;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Our children, and what the kernel tells about processes. */
public final class Processes {
    public static final int SIGKILL = 9;
    public static final int SIGTERM = 15;

    private static final int WNOHANG = 1;

    private Processes() {}

    /** How a process ended. */
    public sealed interface Exit {
        record Status(int code) implements Exit {
            @Override
            public String toString() {
                return "status " + code;
            }
        }

        record Signal(int number) implements Exit {
            @Override
            public String toString() {
                return "signal " + number;
            }
        }
    }

    /**
     * Sends a signal; false when there is no such process or it is not ours to signal. Signal 0
     * only asks.
     */
    public static boolean signal(int pid, int signal) {
        return Syscall.call(Syscall.KILL, pid, signal) == 0;
    }

    /** Sets the permission bits that new files of this process, and of its children, do not get. */
    public static void umask(int bits) {
        Syscall.call(Syscall.UMASK, bits);
    }

    /** Waits for the end of a child. Blocks its platform thread. */
    public static Exit await(int pid) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(ValueLayout.JAVA_INT);
            long ended = Syscall.call(Syscall.WAIT4, pid, status.address(), 0, 0);
            Errno.check("wait for " + pid, ended);
            return exit(status.get(ValueLayout.JAVA_INT, 0));
        }
    }

    /** How a child ended, if it has. Does not wait. */
    static Optional<Exit> ended(int pid) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(ValueLayout.JAVA_INT);
            long ended = Syscall.call(Syscall.WAIT4, pid, status.address(), WNOHANG, 0);
            return Errno.check("wait for " + pid, ended) == 0
                    ? Optional.empty()
                    : Optional.of(exit(status.get(ValueLayout.JAVA_INT, 0)));
        }
    }

    private static Exit exit(int how) {
        int signal = how & 0x7f; // wait(2): the macros
        return signal == 0 ? new Exit.Status(how >> 8 & 0xff) : new Exit.Signal(signal);
    }

    /**
     * The process' proportional share of memory, in octets, or what is resident where we may not
     * know the share; empty when it has none.
     */
    public static OptionalLong memory(int pid) {
        Path facts = Path.of("/proc", Integer.toString(pid));
        OptionalLong share = number(facts.resolve("smaps_rollup"), "Pss:", 1024);
        return share.isPresent() ? share : number(facts.resolve("status"), "VmRSS:", 1024);
    }

    /** The effective uid; empty when there is no such process. */
    public static OptionalLong uid(int pid) {
        return number(Path.of("/proc", Integer.toString(pid), "status"), "Uid:", 1);
    }

    /**
     * Runs the action when this process is asked to end (SIGINT, SIGTERM) and ends it when the
     * action returns.
     */
    public static void onTermination(Runnable action) {
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("end").unstarted(action));
    }

    private static OptionalLong number(Path file, String label, long unit) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file, StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return OptionalLong.empty();
        }
        for (String line : lines) {
            if (line.startsWith(label)) {
                String words = line.substring(label.length()).strip();
                int end = 0;
                while (end < words.length() && Character.isDigit(words.charAt(end))) {
                    end++;
                }
                return OptionalLong.of(Long.parseLong(words, 0, end, 10) * unit);
            }
        }
        return OptionalLong.empty();
    }
}

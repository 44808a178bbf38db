package postern.os;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import postern.base.Bug;
import postern.base.User;

/** Who the kernel takes a thread for. */
public record Identity(int uid, int gid, List<Integer> groups) {
    /** The highest id that is one; the next is the kernel's "leave as it is". */
    private static final int UNCHANGED = -1;

    public Identity {
        groups = List.copyOf(groups);
        Bug.unless(uid != UNCHANGED && gid != UNCHANGED, "-1 is no id");
    }

    /** This process' own effective identity. */
    public static Identity current() {
        try (Arena arena = Arena.ofConfined()) {
            int count = (int) Syscall.call(Syscall.GETGROUPS, 0, 0);
            MemorySegment ids = arena.allocate(ValueLayout.JAVA_INT, Math.max(1, count));
            count = (int) Syscall.call(Syscall.GETGROUPS, count, ids.address());
            Integer[] groups = new Integer[Math.max(0, count)];
            for (int i = 0; i < groups.length; i++) {
                groups[i] = ids.getAtIndex(ValueLayout.JAVA_INT, i);
            }
            return new Identity(
                    (int) Syscall.call(Syscall.GETEUID),
                    (int) Syscall.call(Syscall.GETEGID),
                    List.of(groups));
        }
    }

    /** That user with all of their groups. */
    public static Identity of(User user) throws IOException {
        return new Identity(user.uid(), user.gid(), Groups.of(user));
    }

    /** Something to be done as somebody: {@link Deputies}. */
    public interface Deed<T> {
        T run() throws IOException;
    }

    /** Makes the calling thread, and it alone, this identity; without way back. */
    void takeOn() throws IOException {
        if (uid == (int) Syscall.call(Syscall.GETEUID)) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ids = arena.allocate(ValueLayout.JAVA_INT, Math.max(1, groups.size()));
            for (int i = 0; i < groups.size(); i++) {
                ids.setAtIndex(ValueLayout.JAVA_INT, i, groups.get(i));
            }
            String what = "become uid " + Integer.toUnsignedString(uid);
            Errno.check(what, Syscall.call(Syscall.SETGROUPS, groups.size(), ids.address()));
            Errno.check(what, Syscall.call(Syscall.SETRESGID, gid, gid, gid));
            Errno.check(what, Syscall.call(Syscall.SETRESUID, uid, uid, uid));
        }
    }

    /** A platform thread that dies afterwards: what the kernel did to it must not live on. */
    static <T> T onOwnThread(String name, Callable<T> task) throws IOException {
        var result = new FutureTask<T>(task);
        Thread.ofPlatform().name(name).start(result);
        return outcome(result);
    }

    /** What became of a task, waiting for it if need be; it throws IOException only. */
    static <T> T outcome(FutureTask<T> result) throws IOException {
        try {
            return result.get();
        } catch (InterruptedException interrupted) {
            throw new Bug("nobody interrupts", interrupted);
        } catch (ExecutionException failed) {
            switch (failed.getCause()) {
                case IOException environment -> throw environment;
                case RuntimeException ours -> throw ours;
                case Error fatal -> throw fatal;
                case null, default -> throw new Bug("a deed throws IOException only", failed);
            }
        }
    }
}

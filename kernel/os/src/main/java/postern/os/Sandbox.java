package postern.os;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What the kernel's Landlock lets a process reach: the files below some paths, some TCP ports. What
 * is not granted is refused, also to the process' children. Applied as far as the kernel knows how:
 * file rules from Linux 5.19, truncation 6.2, TCP 6.7, signals and abstract sockets 6.12.
 *
 * @param allFiles no file rules at all; the paths then mean nothing
 * @param readable may be read, whole trees; what does not exist is passed over
 * @param executable may be read and executed; what does not exist is passed over
 * @param writable may be read, written, created and removed; must exist
 * @param connect TCP ports that may be connected to
 * @param bind TCP ports that may be bound
 */
public record Sandbox(
        boolean allFiles,
        List<Path> readable,
        List<Path> executable,
        List<Path> writable,
        Ports connect,
        Ports bind) {

    /** TCP ports. */
    public sealed interface Ports {
        record All() implements Ports {}

        /** Port 0 stands for any port that the kernel chooses. */
        record Only(Set<Integer> ports) implements Ports {
            public Only {
                ports = Set.copyOf(ports);
            }
        }
    }

    /** What a JVM reads of a system besides itself; all of it public. */
    private static final List<String> SYSTEM_READABLE =
            List.of(
                    "/etc/ld.so.cache",
                    "/etc/localtime",
                    "/etc/nsswitch.conf",
                    "/etc/passwd",
                    "/etc/group",
                    "/etc/hosts",
                    "/etc/host.conf",
                    "/etc/resolv.conf",
                    "/run/systemd/resolve",
                    // name services of their own; unreadable they would answer every question
                    // about an unknown user with an error
                    "/run/systemd/userdb",
                    "/run/userdb",
                    "/etc/userdb",
                    "/var/lib/sss/mc",
                    "/etc/ssl/certs",
                    "/usr/share/zoneinfo",
                    "/usr/lib/locale",
                    "/dev/urandom",
                    "/dev/random",
                    // the child's own part, whose number nobody knows yet; of others it shows what
                    // everybody sees: Landlock refuses whatever needs a tracer's right
                    "/proc",
                    "/sys/devices/system/cpu",
                    "/sys/fs/cgroup");

    private static final List<String> SYSTEM_EXECUTABLE =
            List.of("/lib", "/lib64", "/usr/lib", "/usr/lib64");

    public Sandbox {
        readable = List.copyOf(readable);
        executable = List.copyOf(executable);
        writable = List.copyOf(writable);
    }

    /** Nothing is refused. */
    public static Sandbox open() {
        return new Sandbox(true, List.of(), List.of(), List.of(), new Ports.All(), new Ports.All());
    }

    /** Starts from a sandbox in which everything is refused, even running. */
    public static Builder closed() {
        return new Builder();
    }

    /** Starts from a sandbox in which a JVM at that home runs, and no more. */
    public static Builder forJava(Path javaHome) {
        Builder builder = new Builder().executable(javaHome).writable(Path.of("/dev/null"));
        SYSTEM_READABLE.forEach(path -> builder.readable(Path.of(path)));
        SYSTEM_EXECUTABLE.forEach(path -> builder.executable(Path.of(path)));
        return builder;
    }

    /** Grants one thing after another. One thread only. */
    public static final class Builder {
        private final List<Path> readable = new ArrayList<>();
        private final List<Path> executable = new ArrayList<>();
        private final List<Path> writable = new ArrayList<>();
        private boolean allFiles;
        private Ports connect = new Ports.Only(Set.of());
        private Ports bind = new Ports.Only(Set.of());

        private Builder() {}

        public Builder readable(Path path) {
            readable.add(path);
            return this;
        }

        public Builder executable(Path path) {
            executable.add(path);
            return this;
        }

        public Builder writable(Path path) {
            writable.add(path);
            return this;
        }

        /** Leaves all files to their owners and modes: for what acts for many users. */
        public Builder allFiles() {
            allFiles = true;
            return this;
        }

        public Builder connect(Ports ports) {
            connect = ports;
            return this;
        }

        public Builder bind(Ports ports) {
            bind = ports;
            return this;
        }

        public Sandbox build() {
            return new Sandbox(allFiles, readable, executable, writable, connect, bind);
        }
    }
}

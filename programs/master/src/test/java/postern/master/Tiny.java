package postern.master;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import postern.base.Bug;
import postern.os.Identity;
import postern.os.Sandbox;

/** What the tests have in common: plans of tiny children, and talking to them. */
final class Tiny {
    private Tiny() {}

    static DomainPlan domain(String name, Path state, String settings) {
        return domain(name, state, settings, DomainPlan.Succession.OVERLAP);
    }

    static DomainPlan domain(
            String name, Path state, String settings, DomainPlan.Succession succession) {
        return domain(name, state, settings, succession, DomainPlan.Start.AT_ONCE);
    }

    static DomainPlan domain(
            String name,
            Path state,
            String settings,
            DomainPlan.Succession succession,
            DomainPlan.Start start) {
        Identity we = Identity.current();
        return new DomainPlan(
                name,
                command(TinyChild.class),
                Map.of(),
                Path.of("/"),
                we,
                Sandbox.open(),
                List.of(new ListenerPlan.Unix("door", socket(state, name), 0600, we.uid())),
                settings,
                succession,
                start);
    }

    static Path socket(Path state, String name) {
        return state.resolve("run").resolve(name);
    }

    static List<String> command(Class<?> main) {
        return List.of(
                System.getProperty("java.home") + "/bin/java",
                "-XX:+UseSerialGC",
                "-Xmx32m",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName());
    }

    /** The same domain under another identity, in a sandbox that grants it its classes only. */
    static DomainPlan confined(String name, Path state, Identity identity) throws IOException {
        Path classes = copiedClasses(state.resolve("classes"));
        Path javaHome = Path.of(System.getProperty("java.home"));
        List<String> command = new ArrayList<>(command(TinyChild.class));
        command.set(command.indexOf("-cp") + 1, classes + ":" + classes + "/*");
        return new DomainPlan(
                name,
                command,
                Map.of(),
                Path.of("/"),
                identity,
                Sandbox.forJava(javaHome).readable(classes).build(),
                List.of(new ListenerPlan.Unix("door", socket(state, name), 0600, identity.uid())),
                "confined",
                DomainPlan.Succession.OVERLAP,
                DomainPlan.Start.AT_ONCE);
    }

    private static Path copiedClasses(Path to) throws IOException {
        Files.createDirectories(to);
        for (Class<?> one : List.of(Bug.class, Identity.class, TinyChild.class)) {
            Path from = Path.of(one.getProtectionDomain().getCodeSource().getLocation().getPath());
            List<Path> all;
            try (Stream<Path> walk = Files.walk(from)) {
                all = walk.toList();
            }
            for (Path path : all) {
                Path target =
                        all.size() == 1
                                ? to.resolve(String.valueOf(from.getFileName()))
                                : to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else if (!path.endsWith("module-info.class")) {
                    Files.copy(path, target);
                }
            }
        }
        return to;
    }

    /** What the process there says: pid, settings, arguments. Waits while it restarts. */
    static String ask(Path socket) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            return new String(
                            Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8)
                    .strip();
        }
    }

    static int pid(String greeting) {
        return Integer.parseInt(greeting.substring(0, greeting.indexOf(' ')));
    }

    static List<String> control(Path state, String command) throws IOException {
        try (SocketChannel channel =
                SocketChannel.open(UnixDomainSocketAddress.of(Plan.control(state)))) {
            channel.write(ByteBuffer.wrap((command + "\n").getBytes(StandardCharsets.UTF_8)));
            return new String(
                            Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        }
    }
}

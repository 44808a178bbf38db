package postern.os;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import postern.base.Bug;

/** Starts real JVMs for the tests, from a copy of the classes that every user can read. */
final class Children {
    static final Path JAVA_HOME = Path.of(System.getProperty("java.home"));

    private final Path classes;

    Children(Path folder) throws IOException {
        this.classes = folder.resolve("classes");
        Files.createDirectories(classes);
        for (Class<?> one : List.of(Bug.class, Spawner.class, Children.class)) {
            Path from = codeSource(one);
            if (Files.isDirectory(from)) {
                copyTree(from, classes);
            } else {
                Files.copy(from, classes.resolve(String.valueOf(from.getFileName())));
            }
        }
        for (Path up = folder; up != null && up.startsWith("/tmp"); up = up.getParent()) {
            if (up.getNameCount() > 1) {
                Files.setPosixFilePermissions(up, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
    }

    Path classes() {
        return classes;
    }

    /** A sandbox in which the JVM runs and reads the classes. */
    Sandbox.Builder sandbox() {
        return Sandbox.forJava(JAVA_HOME).readable(classes);
    }

    List<String> command(Class<?> main, String... arguments) throws IOException {
        StringBuilder path = new StringBuilder(classes.toString());
        try (Stream<Path> entries = Files.list(classes)) {
            entries.filter(entry -> entry.toString().endsWith(".jar"))
                    .forEach(jar -> path.append(':').append(jar));
        }
        List<String> command =
                new ArrayList<>(
                        List.of(
                                JAVA_HOME.resolve("bin/java").toString(),
                                "-XX:+UseSerialGC",
                                "-Xmx32m",
                                "-XX:TieredStopAtLevel=1",
                                "-XX:-UsePerfData",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                path.toString(),
                                main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** What a child wrote, and how it ended. */
    record Outcome(String landlock, List<String> lines, Processes.Exit exit) {
        String line(String start) {
            return lines.stream()
                    .filter(line -> line.startsWith(start))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no " + start + " in " + lines));
        }
    }

    /** Runs a child to its end; its standard output and error are collected. */
    Outcome run(
            Identity identity, Sandbox sandbox, Map<Integer, Integer> more, List<String> command)
            throws IOException {
        Descriptors.Pipe output = Descriptors.pipe();
        Map<Integer, Integer> descriptors = new HashMap<>(more);
        descriptors.put(1, output.writeEnd());
        descriptors.put(2, output.writeEnd());
        Spawner.Started started;
        try {
            started =
                    Spawner.start(
                            new Spawner.Order(
                                    command,
                                    Map.of("LANG", "C.UTF-8"),
                                    identity,
                                    sandbox,
                                    descriptors,
                                    Path.of("/")));
        } finally {
            Descriptors.close(output.writeEnd());
        }
        List<String> lines = new ArrayList<>();
        while (true) {
            Optional<String> line = Descriptors.readLine(output.readEnd(), 4096);
            if (line.isEmpty()) {
                break;
            }
            lines.add(line.get());
        }
        Descriptors.close(output.readEnd());
        return new Outcome(started.landlock(), lines, Processes.await(started.pid()));
    }

    private static Path codeSource(Class<?> one) {
        try {
            return Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException odd) {
            throw new AssertionError(odd);
        }
    }

    private static void copyTree(Path from, Path to) throws IOException {
        List<Path> all;
        try (Stream<Path> walk = Files.walk(from)) {
            all = walk.toList();
        }
        for (Path path : all) {
            Path target = to.resolve(from.relativize(path).toString());
            if (Files.isDirectory(path)) {
                Files.createDirectories(target);
            } else if (!path.endsWith("module-info.class")) {
                Files.copy(path, target);
            }
        }
    }
}

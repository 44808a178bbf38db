package postern.dist;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * How a process of ours is started: the JVM's flags by kind of process, chosen by measurement
 * (docs/adr/0006, 0007).
 *
 * @param home the JDK
 * @param library the folder of our jars
 */
record Jvm(Path home, Path library) {

    /** The JVM and the jars that we run from ourselves. */
    static Jvm ours() {
        Path jar = Path.of(System.getProperty("java.class.path", "").split(":", 2)[0]);
        Path folder = jar.toAbsolutePath().normalize().getParent();
        return new Jvm(
                Path.of(System.getProperty("java.home", "/")),
                folder == null ? Path.of("/") : folder);
    }

    /** The jar that names all others. */
    Path jar() {
        return library.resolve("postern.jar");
    }

    /**
     * Classes and profiles of a training run; the same file for every process, so that its pages
     * are shared.
     */
    Path cache() {
        return library.resolve("postern.aot");
    }

    /** The command that runs {@code postern.dist.Main} with the arguments. */
    List<String> command(String kind, List<String> arguments) {
        return command(kind, List.of(), jar().toString(), arguments);
    }

    /**
     * The same for the lookup domain, which alone has the libraries of databases and directories on
     * its class path: behind the others, so that the cache fits.
     *
     * @param scratch where libraries may unpack what they bring
     */
    List<String> withDrivers(Path scratch, List<String> arguments) {
        return command(
                Powers.LOOKUP.domain(),
                List.of("-Djava.io.tmpdir=" + scratch),
                behindOurs(library.resolve("lookup")),
                arguments);
    }

    /**
     * The same for the front domain where Conscrypt does its TLS: it alone has it on its class
     * path, and its native library is read where it was installed, never unpacked. docs/adr/0081.
     */
    List<String> withConscrypt(List<String> arguments) {
        return command(
                Powers.FRONT.domain(),
                List.of("-Djava.library.path=" + conscrypt()),
                behindOurs(conscrypt()),
                arguments);
    }

    /** Conscrypt and its native libraries, one for each kind of machine. */
    Path conscrypt() {
        return library.resolve("conscrypt");
    }

    private String behindOurs(Path folder) {
        List<String> all = new ArrayList<>(List.of(jar().toString()));
        all.addAll(jars(folder));
        return String.join(":", all);
    }

    private static List<String> jars(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(Path::toString)
                    .filter(name -> name.endsWith(".jar"))
                    .sorted()
                    .toList();
        } catch (IOException unreadable) {
            return List.of(); // as where there is none: tables that need them say so
        }
    }

    private List<String> command(
            String kind, List<String> more, String classPath, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(home.resolve("bin/java").toString());
        command.addAll(flags(kind));
        command.addAll(more);
        if (Files.isReadable(cache())) {
            command.add("-XX:AOTCache=" + cache());
        }
        command.add("-cp");
        command.add(classPath);
        command.add("postern.dist.Main");
        command.addAll(arguments);
        return command;
    }

    /** Flags that the AOT cache is bound to are the same for all: collector and object headers. */
    private static List<String> flags(String kind) {
        List<String> flags = new ArrayList<>(COMMON);
        flags.addAll(
                switch (kind) {
                    case "front" ->
                            young("-Xmx160m", "-Djdk.tls.rejectClientInitiatedRenegotiation=true");
                    case "queue" -> young("-Xmx256m");
                    case "out" -> young("-Xmx128m");
                    case "auth" ->
                            List.of(
                                    "-Xms8m",
                                    "-Xmn4m",
                                    "-Xmx256m",
                                    // hashes keep a carrier busy: others must get on meanwhile
                                    "-Djdk.virtualThreadScheduler.parallelism=2");
                    default -> List.of("-Xms8m", "-Xmn4m", "-Xmx96m");
                });
        return flags;
    }

    /**
     * A young generation of 4 MiB while the process starts, and of 16 MiB from its first full
     * collection on, which {@link Child} asks for. Started with 16 MiB, all of it would be touched
     * by what the start allocates and lie idle ever after (docs/adr/0007). The old generation keeps
     * the difference to -Xms, 16 MiB, of which the ratio of 1 gives the young one its size.
     */
    private static List<String> young(String... more) {
        List<String> flags =
                new ArrayList<>(
                        List.of(
                                "-Xms20m",
                                "-XX:NewSize=4m",
                                "-XX:MaxNewSize=16m",
                                "-XX:NewRatio=1"));
        flags.addAll(List.of(more));
        return flags;
    }

    private static final List<String> COMMON =
            List.of(
                    "-XX:+UseSerialGC",
                    "-XX:+UseCompactObjectHeaders",
                    "-XX:-UsePerfData",
                    "-XX:+ExitOnOutOfMemoryError",
                    "-XX:+UnlockDiagnosticVMOptions",
                    "-XX:ArchiveRelocationMode=0", // else every page of the cache is patched and
                    // private
                    "-XX:CompileCommand=quiet",
                    // spins the few native calls at start; compiling it costs 4 MB that stay
                    "-XX:CompileCommand=exclude,jdk.internal.classfile.impl.*::*",
                    "-Xss256k",
                    "-XX:TrimNativeHeapInterval=5000", // ms; the compilers' memory goes back
                    "-XX:ReservedCodeCacheSize=32m",
                    // compiling a conversation with all that it calls costs more than it gives
                    "-XX:FreqInlineSize=100",
                    "-Djdk.virtualThreadScheduler.parallelism=1",
                    // a thread of the system waits for sockets, no virtual one that polls
                    "-Djdk.pollerMode=1",
                    "-Djdk.serialFilter=!*",
                    // named, it is not searched for: the search opens every jar
                    "-Djava.nio.channels.spi.SelectorProvider=sun.nio.ch.EPollSelectorProvider",
                    "--enable-native-access=ALL-UNNAMED");
}

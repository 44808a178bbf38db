package postern.house;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The checked-out tree: its modules, sources, class files and documents. */
final class Tree {
    private static final Pattern MODULE = Pattern.compile("<module>([^<]+)</module>");

    private Tree() {}

    /** One Maven module, such as {@code programs/qmgr}. */
    record Module(String path) {
        String name() {
            return path.substring(path.lastIndexOf('/') + 1);
        }

        Path folder() {
            return root().resolve(path);
        }

        boolean isKernel() {
            return path.startsWith("kernel/");
        }

        boolean isProgram() {
            return path.startsWith("programs/");
        }

        List<Path> mainSources() {
            return files(folder().resolve("src/main/java"), ".java");
        }

        List<Path> allSources() {
            return files(folder().resolve("src"), ".java");
        }

        List<Path> mainClasses() {
            return files(folder().resolve("target/classes"), ".class");
        }
    }

    static Path root() {
        String given = System.getProperty("postern.root");
        Path at = Path.of(given == null ? "" : given).toAbsolutePath();
        while (at != null && !Files.exists(at.resolve("bin/jdk"))) {
            at = at.getParent();
        }
        if (at == null) {
            throw new IllegalStateException("not inside Postern's tree");
        }
        return at;
    }

    static List<Module> modules() {
        Matcher found = MODULE.matcher(text(root().resolve("pom.xml")));
        List<Module> modules = new ArrayList<>();
        while (found.find()) {
            modules.add(new Module(found.group(1)));
        }
        return modules;
    }

    /** All regular files below a folder whose names end so; none when the folder does not exist. */
    static List<Path> files(Path folder, String suffix) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> file.getFileName().toString().endsWith(suffix))
                    .sorted()
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** The project's own files with this suffix: nothing built, nothing of git's. */
    static List<Path> ownFiles(String suffix) {
        return files(root(), suffix).stream()
                .filter(file -> !shown(file).matches("(.*/)?(target|\\.git|var)/.*"))
                .toList();
    }

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** The path as messages show it. */
    static String shown(Path file) {
        return root().relativize(file.toAbsolutePath()).toString();
    }
}

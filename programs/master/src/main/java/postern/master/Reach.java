package postern.master;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import postern.os.Folders;
import postern.os.Sandbox;

/**
 * Whether each domain's identity can reach what its sandbox grants. A checkout in root's home is
 * readable by nobody else; that is better said here than by a JVM that finds no classes.
 */
final class Reach {
    /** Here the system decides who reads what, and a JVM copes. */
    private static final List<String> THE_SYSTEMS =
            List.of("/etc", "/proc", "/sys", "/dev", "/run", "/var/lib/sss");

    private Reach() {}

    /** What cannot be reached, a line each with the remedy. */
    static List<String> problems(Plan plan) throws IOException {
        List<String> problems = new ArrayList<>();
        for (DomainPlan domain : plan.domains()) {
            for (Path path : granted(domain)) {
                Optional<Path> closed = Folders.closedTo(domain.identity(), path);
                if (closed.isPresent()) {
                    problems.add(words(domain, path, closed.get()));
                }
            }
        }
        return problems;
    }

    private static String words(DomainPlan domain, Path path, Path closed) {
        return domain.name()
                + " (uid "
                + Integer.toUnsignedString(domain.identity().uid())
                + ") cannot read "
                + path
                + (closed.equals(path) ? "" : ", for " + closed + " is closed to it")
                + "; remedy: chmod o+rx "
                + closed
                + ", or put Postern where everybody reads, such as /opt, or start it as a plain user";
    }

    private static List<Path> granted(DomainPlan domain) {
        Sandbox sandbox = domain.sandbox();
        List<Path> paths = new ArrayList<>(sandbox.readable());
        paths.addAll(sandbox.executable());
        paths.addAll(sandbox.writable());
        paths.removeIf(path -> THE_SYSTEMS.stream().anyMatch(path::startsWith));
        return paths;
    }
}

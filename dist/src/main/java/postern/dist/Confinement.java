package postern.dist;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import postern.base.ControlLine;
import postern.command.Installation.Probed;
import postern.config.Settings;
import postern.master.DomainPlan;
import postern.master.Master;
import postern.master.Plan;
import postern.os.Descriptors;
import postern.os.Folders;
import postern.os.Identity;
import postern.os.Processes;
import postern.os.Sandbox;
import postern.os.Spawner;

/**
 * Starts every domain as master would, by the same plan, but on a state folder of its own and with
 * {@link Probe} in the place of the programs: what the kernel refuses them it refuses the domains.
 */
final class Confinement {
    private static final int LINE_OCTETS_MAX = 4096;
    private static final int ERRORS_TO = 2;

    private final Site site;
    private final Jvm jvm;
    private final Plan plan;
    private final Standing standing;

    private Confinement(Settings settings, Site site, Jvm jvm) throws IOException {
        this.site = site;
        this.jvm = jvm;
        this.plan = PosternPlan.of(settings, Map.of(), site, jvm);
        this.standing = Standing.of(settings, site, Identity.current().uid() == 0);
    }

    /** Tries all deeds in all domains, some seconds long. */
    static List<Probed> probe(Settings settings) throws IOException {
        Path folder = Files.createTempDirectory("postern-confinement-");
        try {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            Site site = Site.read(settings, Commands.machineName());
            var elsewhere = new Site(site.hostname(), folder.resolve("state"));
            return new Confinement(settings, elsewhere, Jvm.ours()).all(folder);
        } finally {
            remove(folder);
        }
    }

    private List<Probed> all(Path folder) throws IOException {
        Path elsewhere = folder.resolve("elsewhere");
        Folders.make(elsewhere, 0777, Identity.current().uid());
        Folders.make(site.state(), 0755, Identity.current().uid());
        for (Plan.Folder each : plan.folders()) {
            Folders.make(each.path(), each.mode(), each.owner());
        }
        try {
            Master.reachable(plan);
        } catch (Master.Refused unreachable) {
            throw new IOException(unreachable.getMessage(), unreachable);
        }
        Path queueFile = Files.writeString(site.queue().resolve("mail"), "somebody's");
        InetAddress loopback = InetAddress.getLoopbackAddress();
        List<Probed> all = new ArrayList<>();
        try (ServerSocket listening = new ServerSocket(0, 1, loopback)) {
            int free;
            try (ServerSocket closed = new ServerSocket(0, 1, loopback)) {
                free = closed.getLocalPort();
            }
            for (DomainPlan domain : plan.domains()) {
                Files.setAttribute(queueFile, "unix:uid", queueOwner());
                int port = listening.getLocalPort();
                all.addAll(probe(domain, queueFile, elsewhere, port, free));
            }
        }
        return all;
    }

    private int queueOwner() {
        return plan.domains().stream()
                .filter(domain -> domain.name().equals(Powers.QUEUE.domain()))
                .findFirst()
                .orElseThrow()
                .identity()
                .uid();
    }

    private List<Probed> probe(
            DomainPlan domain, Path queueFile, Path elsewhere, int listening, int free)
            throws IOException {
        int sibling = start(domain, List.of("/bin/sleep", "60"), Sandbox.open(), Map.of());
        try {
            var targets = new Deed.Targets(queueFile, elsewhere, listening, free, sibling);
            return probe(domain, targets);
        } finally {
            Processes.signal(sibling, Processes.SIGKILL);
            Processes.Exit unused = Processes.await(sibling);
        }
    }

    private List<Probed> probe(DomainPlan domain, Deed.Targets targets) throws IOException {
        Powers powers = Powers.of(domain.name());
        List<String> command =
                jvm.command(domain.name(), Probe.arguments(powers, standing, targets));
        Descriptors.Pipe pipe = Descriptors.pipe();
        int pid;
        try {
            Map<Integer, Integer> descriptors = Map.of(1, pipe.writeEnd(), 2, ERRORS_TO);
            pid = start(domain, command, domain.sandbox(), descriptors);
        } finally {
            Descriptors.close(pipe.writeEnd());
        }
        List<Probed> found = new ArrayList<>();
        try {
            for (Optional<String> line = Descriptors.readLine(pipe.readEnd(), LINE_OCTETS_MAX);
                    line.isPresent();
                    line = Descriptors.readLine(pipe.readEnd(), LINE_OCTETS_MAX)) {
                ControlLine.parse(line.get())
                        .filter(parsed -> parsed.has("deed"))
                        .ifPresent(parsed -> found.add(probed(domain, powers, parsed)));
            }
        } finally {
            Descriptors.close(pipe.readEnd());
        }
        Processes.Exit exit = Processes.await(pid);
        if (found.size() != Deed.values().length) {
            throw new IOException("the probe of " + domain.name() + " ended early, with " + exit);
        }
        return found;
    }

    private Probed probed(DomainPlan domain, Powers powers, ControlLine line) {
        Deed deed = Deed.valueOf(line.field("deed"));
        return new Probed(
                domain.name(),
                Integer.toUnsignedLong(domain.identity().uid()),
                deed.words(),
                line.field("refused").equals("true"),
                line.field("errno"),
                deed.granted(powers, standing));
    }

    private static int start(
            DomainPlan domain,
            List<String> command,
            Sandbox sandbox,
            Map<Integer, Integer> descriptors)
            throws IOException {
        return Spawner.start(
                        new Spawner.Order(
                                command,
                                domain.environment(),
                                domain.identity(),
                                sandbox,
                                descriptors,
                                domain.directory()))
                .pid();
    }

    private static void remove(Path folder) throws IOException {
        Files.walkFileTree(
                folder,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(
                            Path visited, @Nullable IOException failed) throws IOException {
                        Files.delete(visited);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}

package postern.interop;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The built Postern with a configuration, ports and a state folder of its own; all its processes.
 */
final class Postern implements AutoCloseable {
    private static final Duration START_MAX = Duration.ofSeconds(30);
    private static final Duration LOG_MAX = Duration.ofSeconds(60);
    private static final Duration STOP_MAX = Duration.ofSeconds(20);

    private static final int FIRST_PORT = 10_000;
    private static final int PORTS = 20_000;

    /** From another place in each run, so that runs beside each other seldom meet. */
    private static final AtomicInteger NEXT_PORT =
            new AtomicInteger((int) (ProcessHandle.current().pid() * 97 % PORTS));

    /** Who delivers mail to themselves: the one user every run has. */
    static final String USER = System.getProperty("user.name", "root");

    private final Path folder;
    private final int smtp;
    private final int submission;
    private List<String> prefix = List.of();
    private @Nullable Process process;

    private Postern(Path folder, int smtp, int submission) {
        this.folder = folder;
        this.smtp = smtp;
        this.submission = submission;
    }

    /**
     * Writes the configuration; does not start.
     *
     * @param relayhost next hop of all that is not local; empty: by MX
     * @param more lines at the end of the file
     */
    static Postern prepare(Path folder, String relayhost, String more) throws IOException {
        Postern postern = new Postern(folder, freePort(), freePort());
        postern.configure(relayhost, more);
        return postern;
    }

    /** Prepared and started. */
    static Postern start(Path folder, String relayhost, String more) throws IOException {
        Postern postern = prepare(folder, relayhost, more);
        postern.start();
        return postern;
    }

    void configure(String relayhost, String more) throws IOException {
        Files.createDirectories(folder);
        // @formatter:off
        Files.writeString(
                config(),
                """
                hostname = "mx.interop.test"
                state = "state"

                [[listener]]
                name = "smtp"
                kind = "smtp"
                address = "127.0.0.1:%d"

                [[listener]]
                name = "submission"
                kind = "submission"
                address = "127.0.0.1:%d"

                [domains]
                local = ["localhost"]
                relayhost = "%s"
                aliases = "aliases"

                [local]
                mailbox = "mail/{user}/"
                %s
                """
                        .formatted(smtp, submission, relayhost, more));
        // @formatter:on
        Files.writeString(folder.resolve("aliases"), "");
    }

    /** Starts and commands run behind these words from now on. */
    void behind(String... words) {
        prefix = List.of(words);
    }

    /**
     * One that nobody uses, by TCP or UDP. Not of those that the kernel gives to clients (from
     * 32768 on): a connection made meanwhile could take it before its server does.
     */
    static int freePort() throws IOException {
        for (int i = 0; i < PORTS; i++) {
            int port = FIRST_PORT + NEXT_PORT.getAndIncrement() % PORTS;
            if (isFree(port)) {
                return port;
            }
        }
        throw new IOException("no port is free");
    }

    private static boolean isFree(int port) throws IOException {
        InetAddress here = InetAddress.getLoopbackAddress();
        try {
            new ServerSocket(port, 1, here).close();
            new DatagramSocket(port, here).close();
            return true;
        } catch (BindException taken) {
            return false;
        }
    }

    Path folder() {
        return folder;
    }

    Path config() {
        return folder.resolve("postern.toml");
    }

    Path state() {
        return folder.resolve("state");
    }

    Path logFile() {
        return folder.resolve("log");
    }

    String log() {
        try {
            return Files.exists(logFile()) ? Files.readString(logFile()) : "";
        } catch (IOException unreadable) {
            return "unreadable: " + unreadable;
        }
    }

    /** Until that stands in the log: a line may come after what the client sees. */
    void awaitLog(String what) {
        await("in the log: " + what).atMost(LOG_MAX).until(() -> log().contains(what));
    }

    int smtp() {
        return smtp;
    }

    int submission() {
        return submission;
    }

    /** Starts it and waits until it greets. */
    void start() throws IOException {
        launch();
        await("a greeting; log: " + logFile())
                .atMost(START_MAX)
                .pollInterval(Duration.ofMillis(20))
                .until(this::greets);
    }

    /** Starts it and does not wait. */
    Process launch() throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(
                List.of(
                        Tool.root().resolve("bin/postern").toString(),
                        "-c",
                        config().toString(),
                        "start"));
        Process started =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile().toFile()))
                        .start();
        process = started;
        return started;
    }

    /** The master that was started last. */
    Process launched() {
        Process master = process;
        if (master == null) {
            throw new IllegalStateException("not started");
        }
        return master;
    }

    boolean greets() {
        try (Client client = new Client(smtp)) {
            return client.reply().startsWith("220");
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Runs the postern command against this instance. */
    Tool.Ended command(String... words) throws IOException {
        List<String> all = new ArrayList<>(prefix);
        all.add(Tool.root().resolve("bin/postern").toString());
        all.add("-c");
        all.add(config().toString());
        all.addAll(List.of(words));
        return Tool.run(Duration.ofSeconds(30), "", all.toArray(String[]::new));
    }

    /** Master's children that are alive. */
    List<ProcessHandle> children() {
        Process master = process;
        return master == null
                ? List.of()
                : master.descendants().filter(ProcessHandle::isAlive).toList();
    }

    /** Resident memory of all processes together, in KiB. */
    long residentKib() throws IOException {
        Process master = process;
        if (master == null) {
            return 0;
        }
        long sum = 0;
        for (ProcessHandle each :
                Stream.concat(Stream.of(master.toHandle()), master.descendants()).toList()) {
            Path status = Path.of("/proc/" + each.pid() + "/status");
            for (String line :
                    Files.exists(status) ? Files.readAllLines(status) : List.<String>of()) {
                if (line.startsWith("VmRSS:")) {
                    sum += Long.parseLong(line.replaceAll("\\D", ""));
                }
            }
        }
        return sum;
    }

    /** As a power cut would: no process gets a word in. */
    void killAll() {
        Process master = process;
        if (master == null) {
            return;
        }
        List<ProcessHandle> all =
                Stream.concat(Stream.of(master.toHandle()), master.descendants()).toList();
        all.forEach(ProcessHandle::destroyForcibly);
        await().atMost(STOP_MAX).until(() -> all.stream().noneMatch(ProcessHandle::isAlive));
        process = null;
    }

    /** The files of a user's Maildir that are new. */
    List<Path> mail(String user) throws IOException {
        Path folderOfNew = state().resolve("mail").resolve(user).resolve("new");
        if (!Files.isDirectory(folderOfNew)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folderOfNew)) {
            return files.sorted().toList();
        }
    }

    /** Stops as Ctrl-C does; by force when that does not help. */
    @Override
    public void close() {
        Process master = process;
        if (master == null) {
            return;
        }
        List<ProcessHandle> all = master.descendants().toList();
        master.destroy();
        try {
            if (!master.waitFor(STOP_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
                killAll();
                throw new AssertionError("did not stop within " + STOP_MAX + ": " + log());
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        all.forEach(ProcessHandle::destroyForcibly);
        process = null;
    }
}

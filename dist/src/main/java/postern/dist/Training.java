package postern.dist;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import postern.base.Endpoint;
import postern.base.Listener;
import postern.base.LogLine;
import postern.base.Peer;
import postern.base.User;
import postern.base.Users;
import postern.base.World;
import postern.base.system.SystemWorld;
import postern.config.Configuration;
import postern.config.Settings;
import postern.mailbox.Invoker;
import postern.os.InheritedListeners;
import postern.os.Sockets;
import postern.os.UserDatabase;
import postern.qmgr.Authority;
import postern.smtp.Transports;
import postern.tls.ClientTls;
import postern.wire.PeerReader;
import postern.wire.PeerWriter;
import postern.wire.Reply;
import postern.wire.ReplyReader;

/**
 * The training run behind the AOT cache: every domain in one process, some hundred messages through
 * all of them, half into a Maildir and half to a sink. The JVM writes the cache when the process
 * ends. Loop-back only; nothing of it is kept.
 */
final class Training {
    private static final int MESSAGES = 600;
    private static final int SESSIONS = 10;
    private static final int LINES_SHORT = 400;

    /** Long messages take other paths: records of their own, file to socket. */
    private static final int LINES_LONG = 60_000;

    /** Of so many sessions one is under TLS. */
    private static final int TLS_EACH = 6;

    private static final String STARTING = "postern{,.os-*,.config-*,.command-*,.master-*}.jar";
    private static final String CLASS = ".class";
    private static final String MODULE = "module-info.class";
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final World world = SystemWorld.create("training");
    private final Path folder;
    private final Semaphore delivered = new Semaphore(0);

    private Training(Path folder) {
        this.folder = folder;
    }

    /**
     * @param folder an empty folder for its state
     */
    static void run(Path folder) throws IOException, InterruptedException {
        new Training(folder).run();
    }

    private void run() throws IOException, InterruptedException {
        Listener sink = world.network().listen(loopback());
        world.tasks().start("sink", () -> serveSink(sink));
        Listener smtp = world.network().listen(loopback());
        Settings settings = settings(port(sink), port(smtp));
        Site site = Site.read(settings, "training.invalid");
        Path scratch = folder.resolve("tmp");
        warmProcesses(settings, site);
        for (Path directory : List.of(site.queue(), site.run(), scratch)) {
            world.disk().createDirectories(directory);
        }
        Users users = name -> name.equals("ann") ? Optional.of(ann()) : Optional.empty();
        QueueDomain.start(
                world,
                site,
                settings,
                users,
                Authority.of(Set.of()),
                unix(settings, site, Listeners.HANDOVER),
                unix(settings, site, Listeners.CONTROL));
        String agent = Listeners.agent(Transports.SMTP);
        OutDomain.start(
                world,
                site,
                settings,
                scratch,
                Map.of(),
                Map.of(agent, unix(settings, site, agent)));
        LocalDomain.start(
                world,
                site,
                settings,
                users,
                new Invoker(world),
                ann(),
                scratch,
                Map.of(Listeners.AGENT_LOCAL, unix(settings, site, Listeners.AGENT_LOCAL)));
        FrontDomain.start(
                world, site, new Handed(settings, certificate()), scratch, Map.of("smtp", smtp));
        for (int i = 0; i < SESSIONS; i++) {
            world.tasks().start("client", () -> submit(port(smtp)));
        }
        int remote = MESSAGES / SESSIONS / 2 * SESSIONS;
        if (!delivered.tryAcquire(remote, LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            throw new IOException("training: not all messages arrived");
        }
    }

    /**
     * What master and a child do at their start, as far as it can be done twice; no sandbox: the
     * cache is written at the end.
     */
    private void warmProcesses(Settings settings, Site site) throws IOException {
        loadOurs(Jvm.ours());
        Settings handed = Settings.decode(settings.encode());
        int domains = PosternPlan.of(handed, Map.of(), site, Jvm.ours()).domains().size();
        world.disk().createDirectories(folder);
        Path socket = folder.resolve("socket");
        try (ServerSocketChannel channel =
                InheritedListeners.unix(Sockets.listenUnix(socket, 0600, uid()), folder)) {
            world.log()
                    .info(
                            LogLine.about("training")
                                    .with("domains", domains)
                                    .with("listener", channel.getLocalAddress()));
        }
    }

    /**
     * Each class of the jars that master and a child start with is loaded once: what needs the
     * sandbox, or would end the process, is in the cache without being run.
     */
    private static void loadOurs(Jvm jvm) throws IOException {
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(jvm.library(), STARTING)) {
            for (Path each : jars) {
                try (var jar = new JarFile(each.toFile())) {
                    jar.stream()
                            .map(JarEntry::getName)
                            .filter(name -> name.endsWith(CLASS) && !name.equals(MODULE))
                            .forEach(Training::load);
                }
            }
        }
    }

    private static void load(String file) {
        String name = file.substring(0, file.length() - CLASS.length()).replace('/', '.');
        try {
            Class<?> unused = Class.forName(name, false, Training.class.getClassLoader());
        } catch (ReflectiveOperationException | LinkageError foreign) {
            // it extends a class of a database's driver, which is not on our class path
        }
    }

    private static String certificate() throws IOException {
        try (InputStream in = Training.class.getResourceAsStream("training.pem")) {
            if (in == null) {
                throw new IOException("training: its certificate is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private static int uid() throws IOException {
        return new UserDatabase().current().uid();
    }

    private User ann() {
        return new User("ann", 1, 1, folder);
    }

    private Listener unix(Settings settings, Site site, String name) throws IOException {
        return world.network().listen(Listeners.endpoint(site, settings, name));
    }

    private static Endpoint loopback() {
        return new Endpoint.Tcp(InetAddress.getLoopbackAddress(), 0);
    }

    private static int port(Listener listener) {
        return listener.local() instanceof Endpoint.Tcp tcp ? tcp.port() : 0;
    }

    /** The settings, from a file as master reads it, by the command that people type. */
    private Settings settings(int sinkPort, int smtpPort) throws IOException {
        String toml =
                """
                hostname = "training.invalid"
                state = "%s"
                [domains]
                local = ["localhost"]
                relayhost = "[127.0.0.1]:%d"
                aliases = "%s/aliases"
                [local]
                mailbox = "mail/{user}/"
                [[listener]]
                name = "smtp"
                kind = "smtp"
                address = "127.0.0.1:%d"
                """
                        .formatted(folder, sinkPort, folder, smtpPort);
        Path file = folder.resolve("training.toml");
        world.disk().createDirectories(folder);
        Files.writeString(file, toml);
        Files.writeString(folder.resolve("aliases"), "postmaster: ann\n");
        int unused = Commands.run("postern", List.of("-c", file.toString(), "check"));
        return switch (Configuration.parse("training.toml", toml, Sections.ALL)) {
            case Configuration.Result.Loaded(Settings settings) -> settings;
            case Configuration.Result.Broken(var problems) ->
                    throw new IOException(problems.toString());
        };
    }

    private void submit(int port) {
        for (int i = 0; i < MESSAGES / SESSIONS; i++) {
            String to = i % 2 == 0 ? "ann@localhost" : "bob@sink.invalid";
            try (Peer peer =
                    world.network()
                            .connect(
                                    new Endpoint.Tcp(InetAddress.getLoopbackAddress(), port),
                                    LIMIT)) {
                var replies = new ReplyReader(new PeerReader(peer, ReplyReader.LINE_OCTETS_MAX));
                var writer = new PeerWriter(peer);
                say(writer, replies, "EHLO client.invalid");
                Reply ehlo = replies.next();
                if (i % TLS_EACH == 0) {
                    say(writer, "STARTTLS", replies);
                    Peer secured =
                            new ClientTls()
                                    .start(
                                            peer,
                                            ClientTls.Proposal.usual("localhost", port, true),
                                            LIMIT);
                    replies = new ReplyReader(new PeerReader(secured, ReplyReader.LINE_OCTETS_MAX));
                    writer = new PeerWriter(secured);
                    say(writer, "EHLO client.invalid", replies);
                }
                say(writer, ehlo.positive() ? "MAIL FROM:<eve@client.invalid>" : "QUIT", replies);
                say(writer, "RCPT TO:<" + to + ">", replies);
                say(writer, "DATA", replies);
                int lines = i % 16 == 1 ? LINES_LONG : LINES_SHORT;
                say(writer, "Subject: x\r\n\r\n" + "training\r\n".repeat(lines) + ".", replies);
                say(writer, "QUIT", replies);
            } catch (IOException failed) {
                world.log().warning(LogLine.about("training").with("client", failed));
            }
        }
    }

    /** Hears the greeting, then says hello. */
    private static void say(PeerWriter writer, ReplyReader replies, String line)
            throws IOException {
        Reply greeting = replies.next();
        if (!greeting.positive()) {
            throw new IOException(greeting.toString());
        }
        writer.line(line);
        writer.flush();
    }

    private static void say(PeerWriter writer, String line, ReplyReader replies)
            throws IOException {
        writer.line(line);
        writer.flush();
        Reply reply = replies.next();
        if (reply.permanentFailure() || reply.transientFailure()) {
            throw new IOException(line + ": " + reply);
        }
    }

    private void serveSink(Listener listener) {
        while (true) {
            try {
                Peer peer = listener.accept();
                world.tasks().start("sink", () -> sink(peer));
            } catch (IOException ended) {
                return;
            }
        }
    }

    private void sink(Peer peer) {
        try (peer) {
            var reader = new PeerReader(peer, 16 * 1024);
            var writer = new PeerWriter(peer);
            writer.line("220 sink");
            writer.flush();
            boolean data = false;
            while (reader.line(8192) instanceof PeerReader.Line.Complete(byte[] octets)) {
                String line = new String(octets, StandardCharsets.US_ASCII);
                if (data && line.equals(".")) {
                    data = false;
                    delivered.release();
                    writer.line("250 2.0.0 Ok");
                } else if (!data) {
                    data = line.equals("DATA");
                    writer.line(answer(line));
                }
                if (!reader.pending()) {
                    writer.flush();
                }
            }
        } catch (IOException gone) {
            // smtp(8) closes when it has nothing more to say
        }
    }

    private static String answer(String line) {
        if (line.equals("DATA")) {
            return "354 go";
        }
        return line.startsWith("EHLO") ? "250-sink\r\n250-PIPELINING\r\n250 8BITMIME" : "250 Ok";
    }
}

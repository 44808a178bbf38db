package postern.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import postern.base.Endpoint;
import postern.base.World;
import postern.base.system.SystemWorld;
import postern.mail.Admission;
import postern.mail.Delivery;
import postern.mail.Envelope;
import postern.mail.Expansion;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Origin;
import postern.mail.Outcome;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.mail.Route;
import postern.mail.Router;
import postern.qmgr.Authority;
import postern.qmgr.InFlow;
import postern.qmgr.QmgrConfig;
import postern.qmgr.QueueControl;
import postern.qmgr.QueueManager;
import postern.spool.LogSpool;
import postern.spool.Progress;
import postern.spool.Spool;
import postern.spool.SpoolLimits;

/**
 * A very long queue: {@code build FOLDER MESSAGES DESTINATIONS} makes one of deferred mail, {@code
 * run FOLDER} starts a queue manager on it and prints what it needs. See README.md here.
 */
public final class Million {
    private static final int BODY_OCTETS = 1024;

    /** Keeps the log busy, and memory small. */
    private static final int IN_FLIGHT = 512;

    private static final int SESSIONS = 20;
    private static final int ACCEPTED = 20_000;
    private static final int ACCEPTED_OCTETS = 10_240;
    private static final int ROUNDS = 5;

    private final World world = SystemWorld.create((_, _) -> {});
    private final Path folder;

    private Million(Path folder) {
        this.folder = folder;
    }

    public static void main(String[] arguments) throws Exception {
        var bench = new Million(Path.of(arguments[1]));
        switch (arguments[0]) {
            case "build" ->
                    bench.build(Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]));
            case "run" -> bench.run();
            default -> throw new IllegalArgumentException(arguments[0]);
        }
        System.exit(0);
    }

    private static void say(String what, Object figure) {
        System.out.println(what + "\t" + figure);
    }

    private void build(int messages, int destinations) throws Exception {
        long begun = System.nanoTime();
        var inFlight = new Semaphore(IN_FLIGHT);
        byte[] body = new byte[BODY_OCTETS];
        try (var spool = new LogSpool(world, folder, SpoolLimits.DEFAULT)) {
            spool.recover(_ -> {});
            for (int i = 0; i < messages; i++) {
                inFlight.acquire();
                String domain = "d" + i * 7919L % destinations + ".example.test";
                Instant due = Instant.now().plusSeconds(3600 + i % 3000);
                var _ =
                        taken(spool, body, "u" + i, domain)
                                .thenCompose(
                                        envelope ->
                                                spool.record(
                                                        envelope.id(),
                                                        List.of(deferred(domain, due))))
                                .whenComplete((_, _) -> inFlight.release());
            }
            inFlight.acquire(IN_FLIGHT);
        }
        say("built, messages", messages);
        say("built, seconds", seconds(begun));
    }

    private static Progress deferred(String domain, Instant due) {
        String why = "4.4.1 connect to mx." + domain + "[192.0.2.1]:25: Connection timed out";
        return new Progress(0, Progress.State.WAITING, 1, due, why);
    }

    private static CompletionStage<Envelope> taken(
            Spool spool, byte[] body, String user, String domain) throws IOException {
        try (var reception = spool.receive(body.length)) {
            reception.write(body, 0, body.length);
            return reception.commit(
                    ReversePath.of(Mailbox.of("news", "sender.test")),
                    MailOptions.NONE,
                    Origin.OURSELVES,
                    List.of(Recipient.of(Mailbox.of(user, domain))));
        }
    }

    private void run() throws Exception {
        Path none = Files.createTempDirectory(folder.toAbsolutePath().getParent(), "empty");
        var empty = new Queue(none, System.nanoTime());
        empty.accept(ACCEPTED); // warms up
        say("accepting into an empty queue, messages/s", empty.accept(ACCEPTED));
        long begun = System.nanoTime();
        var full = new Queue(folder, begun);
        say("start to accepting, s", full.ready);
        int _ = world.tasks().await(full.manager.complete());
        say("start to all read, s", seconds(begun));
        System.gc();
        var heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        say("messages", full.spool.usage().messages());
        say("heap live, MiB", heap.getUsed() >> 20);
        say("heap limit, MiB", heap.getMax() >> 20);
        for (int round = 0; round < ROUNDS; round++) {
            accept("an empty queue", empty);
            accept("the long queue", full);
        }
        for (int round = 0; round < ROUNDS; round++) {
            long cpu = cpu();
            long asked = System.nanoTime();
            long lines = full.ask("summary");
            say("summary of " + (lines - 2) + " rows, s", seconds(asked));
            say("summary, s of CPU", (cpu() - cpu) / 1e9);
        }
        long asked = System.nanoTime();
        say("list, lines", full.ask("list"));
        say("list, s", seconds(asked));
    }

    /** Time of the CPU too: on a machine that does other things as well only that compares. */
    private static void accept(String into, Queue queue) throws Exception {
        long cpu = cpu();
        say("accepting into " + into + ", messages/s", queue.accept(ACCEPTED));
        say("accepting into " + into + ", us of CPU a message", (cpu() - cpu) / 1000 / ACCEPTED);
    }

    /** Of this process, garbage collection included, in nanoseconds. */
    private static long cpu() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
    }

    private static String seconds(long since) {
        return String.valueOf(Duration.ofNanos(System.nanoTime() - since).toMillis() / 1000.0);
    }

    /** A queue as the queue domain has it, its deliveries failing as to a host that is down. */
    private final class Queue {
        final LogSpool spool;
        final QueueManager manager;
        final String ready;
        private final Spool intake;
        private final Path control;
        private final AtomicInteger users = new AtomicInteger();

        Queue(Path at, long begun) throws Exception {
            spool = new LogSpool(world, at, SpoolLimits.DEFAULT);
            QmgrConfig figures = QmgrConfig.DEFAULT;
            var router = new ByDomain();
            manager =
                    new QueueManager(
                            figures,
                            world,
                            spool,
                            router,
                            (_, _, _, _, _) -> Optional.empty(),
                            (_, request) ->
                                    Collections.nCopies(
                                            request.recipients().size(),
                                            new Delivery(
                                                    new Outcome.Deferred(
                                                            "4.4.1",
                                                            "Connection refused",
                                                            Outcome.About.DESTINATION),
                                                    Delivery.NOBODY)));
            manager.start();
            intake = new InFlow(world, spool, manager, figures);
            accept(1);
            ready = seconds(begun);
            control = at.toAbsolutePath().resolve("control");
            Files.deleteIfExists(control);
            var listener = world.network().listen(new Endpoint.Local(control));
            var server =
                    new QueueControl(
                            world,
                            manager,
                            spool,
                            router,
                            (_, _) -> List.of(),
                            Authority.of(Set.of(System.getProperty("user.name"))));
            world.tasks().start("control", () -> server.serve(listener));
        }

        /** Messages a second that so many sessions get their 250 for. */
        long accept(int messages) throws Exception {
            long begun = System.nanoTime();
            var left = new AtomicInteger(messages);
            List<Thread> sessions = new ArrayList<>();
            for (int i = 0; i < SESSIONS; i++) {
                sessions.add(Thread.startVirtualThread(() -> session(left)));
            }
            for (Thread session : sessions) {
                session.join();
            }
            return messages * 1_000_000_000L / (System.nanoTime() - begun);
        }

        private void session(AtomicInteger left) {
            byte[] body = new byte[ACCEPTED_OCTETS];
            while (left.getAndDecrement() > 0) {
                try {
                    String user = "v" + users.incrementAndGet();
                    Envelope _ = world.tasks().await(taken(intake, body, user, "down.test"));
                } catch (IOException | ExecutionException failed) {
                    throw new IllegalStateException(failed);
                }
            }
        }

        /** How many lines the answer has. */
        long ask(String request) throws IOException {
            try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                var _ = channel.connect(UnixDomainSocketAddress.of(control));
                int _ =
                        channel.write(
                                ByteBuffer.wrap((request + "\n").getBytes(StandardCharsets.UTF_8)));
                var buffer = ByteBuffer.allocate(1 << 16);
                long lines = 0;
                while (channel.read(buffer) >= 0) {
                    buffer.flip();
                    while (buffer.hasRemaining()) {
                        lines += buffer.get() == '\n' ? 1 : 0;
                    }
                    buffer.clear();
                }
                return lines;
            }
        }
    }

    private static final class ByDomain implements Router {
        @Override
        public Route route(ReversePath sender, Mailbox recipient) {
            return new Route.To("smtp", recipient.domain().text());
        }

        @Override
        public Admission admit(Mailbox recipient) {
            return new Admission.Ours(route(ReversePath.NOBODY, recipient));
        }

        @Override
        public Expansion expand(Mailbox recipient) {
            return new Expansion.Recipients(List.of(recipient));
        }
    }
}

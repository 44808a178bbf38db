package postern.sim;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import postern.base.World;
import postern.base.system.SystemWorld;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Origin;
import postern.mail.QueueId;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.spool.LogSpool;
import postern.spool.Progress;
import postern.spool.SpoolLimits;

/**
 * What cleaning costs those who wait for an acknowledgement, on a real disk: the same load with the
 * queue's usual segments, and with one segment that is never full, where there is nothing to clean.
 * {@code FOLDER [SECONDS [OCTETS [SESSIONS [LASTING-PERCENT]]]]}, the folder empty.
 */
public final class Cleaning {
    private static final int RECENT_MAX = 200;
    private static final long UNCLEANED = 8L << 30; // places count to 16 GiB in a segment

    private final World world = SystemWorld.create((_, line) -> System.err.println(line));
    private final LogSpool spool;
    private final Duration lasts;
    private final byte[] content;
    private final int lastingPercent;
    private final Queue<Long> nanos = new ConcurrentLinkedQueue<>();
    private final AtomicLong peak = new AtomicLong();
    private volatile boolean over;

    private Cleaning(
            Path folder, long segmentOctets, Duration lasts, int octets, int lastingPercent) {
        this.spool = new LogSpool(world, folder, new SpoolLimits(0, segmentOctets, 32L << 20));
        this.lasts = lasts;
        this.content = new byte[octets];
        this.lastingPercent = lastingPercent;
        Arrays.fill(content, (byte) 'x');
    }

    public static void main(String[] args) throws IOException, ExecutionException {
        List<String> given = List.of(args);
        if (given.isEmpty()) {
            System.err.println(
                    "usage: cleaning FOLDER [SECONDS [OCTETS [SESSIONS [LASTING-PERCENT]]]]");
            System.exit(64);
        }
        Path folder = Path.of(given.getFirst());
        Duration lasts = Duration.ofSeconds(number(given, 1, 20));
        int octets = number(given, 2, 10_240);
        int sessions = number(given, 3, 8);
        int lasting = number(given, 4, 10);
        for (int round = 1; round <= 3; round++) { // the first warms the JVM up
            for (boolean cleaned : new boolean[] {false, true}) {
                long segment = cleaned ? SpoolLimits.DEFAULT.segmentOctets() : UNCLEANED;
                Path own = folder.resolve(round + (cleaned ? "-cleaned" : "-uncleaned"));
                System.out.printf("round %d, %-9s ", round, cleaned ? "cleaned" : "uncleaned");
                new Cleaning(own, segment, lasts, octets, lasting).run(sessions);
            }
        }
    }

    private static int number(List<String> args, int at, int otherwise) {
        return args.size() > at ? Integer.parseInt(args.get(at)) : otherwise;
    }

    private void run(int sessions) throws IOException, ExecutionException {
        spool.recover(_ -> {});
        List<CompletableFuture<Void>> ends = new ArrayList<>();
        for (int i = 0; i < sessions; i++) {
            var end = new CompletableFuture<Void>();
            ends.add(end);
            world.tasks()
                    .start(
                            "session",
                            () -> {
                                try {
                                    session();
                                    end.complete(null);
                                } catch (IOException | ExecutionException failed) {
                                    end.completeExceptionally(failed);
                                }
                            });
        }
        world.tasks().start("watch", this::watch);
        world.clock().sleep(lasts);
        over = true;
        for (var end : ends) {
            Void _ = world.tasks().await(end);
        }
        var usage = spool.usage();
        spool.close();
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        System.out.printf(
                "%d acknowledged, %.0f/s; p50 %.2f p99 %.2f p99.9 %.2f max %.1f ms;"
                        + " live %d MB, log %d MB, at most %.2f times live and two segments%n",
                sorted.length,
                sorted.length / (double) lasts.toSeconds(),
                millis(sorted, 0.5),
                millis(sorted, 0.99),
                millis(sorted, 0.999),
                millis(sorted, 1),
                usage.liveOctets() >> 20,
                usage.segmentOctets() >> 20,
                peak.get() / 1000.0);
    }

    private static double millis(long[] sorted, double share) {
        int at = (int) Math.min(sorted.length - 1, Math.floor(sorted.length * share));
        return sorted.length == 0 ? 0 : sorted[at] / 1e6;
    }

    private void watch() {
        while (!over) {
            var usage = spool.usage();
            long bound = 2 * usage.liveOctets() + 2 * SpoolLimits.DEFAULT.segmentOctets();
            peak.accumulateAndGet(usage.segmentOctets() * 1000 / bound, Math::max);
            world.clock().sleep(Duration.ofMillis(20));
        }
    }

    /** Hands in one message after another; most of them leave again shortly after. */
    private void session() throws IOException, ExecutionException {
        ArrayDeque<QueueId> recent = new ArrayDeque<>();
        Recipient bob = Recipient.of(Mailbox.of("bob", "example.net"));
        ReversePath ann = ReversePath.of(Mailbox.of("ann", "example.org"));
        Progress gone = new Progress(0, Progress.State.DELIVERED, 1, world.clock().now(), "2.0.0");
        for (int i = 0; !over; i++) {
            long begun = world.clock().nanoTime();
            try (var reception = spool.receive(content.length)) {
                reception.write(content, 0, content.length);
                var committed =
                        reception.commit(ann, MailOptions.NONE, Origin.OURSELVES, List.of(bob));
                var _ = world.tasks().await(committed);
                nanos.add(world.clock().nanoTime() - begun);
                if (i % 100 >= lastingPercent) {
                    recent.add(reception.id());
                }
            }
            if (recent.size() > RECENT_MAX) {
                var _ = spool.record(recent.remove(), List.of(gone));
            }
        }
    }
}

package postern.spool;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import postern.base.World;
import postern.base.system.SystemWorld;
import postern.mail.Content;
import postern.mail.Envelope;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Notices.Notice;
import postern.mail.Origin;
import postern.mail.QueueId;
import postern.mail.Recipient;
import postern.mail.ReversePath;

/** A spool on the real disk with small segments, and letters to put into it. */
final class Letters implements AutoCloseable {
    static final SpoolLimits SMALL = new SpoolLimits(0, 64 << 10, 1 << 20);
    static final ReversePath SENDER = ReversePath.of(Mailbox.of("ann", "example.org"));

    final List<String> log = new CopyOnWriteArrayList<>();
    final World world = SystemWorld.create((_, line) -> log.add(line));
    final List<QueuedMessage> queued = new CopyOnWriteArrayList<>();
    final LogSpool spool;
    private final Map<QueueId, CompletableFuture<QueuedMessage>> telling =
            new ConcurrentHashMap<>();

    Letters(Path directory, SpoolLimits limits) throws Exception {
        spool = new LogSpool(world, directory, limits);
        spool.recover(this::told);
    }

    private void told(QueuedMessage message) {
        queued.add(message);
        telling(message.envelope().id()).complete(message);
    }

    private CompletableFuture<QueuedMessage> telling(QueueId id) {
        return telling.computeIfAbsent(id, _ -> new CompletableFuture<>());
    }

    static Letters open(Path directory) throws Exception {
        return new Letters(directory, SMALL);
    }

    static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] octets(int length, long seed) {
        byte[] octets = new byte[length];
        new Random(seed).nextBytes(octets);
        return octets;
    }

    static List<Recipient> recipients(int count) {
        List<Recipient> recipients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            recipients.add(Recipient.of(Mailbox.of("bob" + i, "example.net")));
        }
        return recipients;
    }

    /** Returns when the message is safe and the queue manager has heard of it. */
    Envelope send(byte[] content, int recipients) throws Exception {
        Envelope envelope = world.tasks().await(sent(spool, content, recipients));
        return heard(envelope.id()).envelope();
    }

    /** A message of {@link #SENDER} on its way into any spool. */
    static CompletionStage<Envelope> sent(Spool spool, byte[] content, int recipients)
            throws IOException {
        try (var reception = spool.receive(content.length)) {
            reception.write(content, 0, content.length);
            return committed(reception, recipients);
        }
    }

    /** What was received becomes a message of {@link #SENDER}. */
    static CompletionStage<Envelope> committed(Spool.Reception reception, int recipients)
            throws IOException {
        return reception.commit(SENDER, MailOptions.NONE, Origin.OURSELVES, recipients(recipients));
    }

    /** What the queue manager is told of a message, behind its 250. */
    QueuedMessage heard(QueueId id) throws ExecutionException {
        return world.tasks().await(telling(id));
    }

    void record(QueueId id, Progress... changes) throws ExecutionException {
        world.tasks().await(spool.record(id, List.of(changes)));
    }

    void deliver(QueueId id, int recipient) throws ExecutionException {
        record(id, state(recipient, Progress.State.DELIVERED));
    }

    QueueId notice(QueueId about, boolean delay, Progress... changes) throws ExecutionException {
        var notice =
                new Notice(ReversePath.NOBODY, MailOptions.NONE, recipients(1), text("Sorry.\r\n"));
        return world.tasks().await(spool.inject(notice, about, delay, List.of(changes)));
    }

    static Progress state(int recipient, Progress.State state) {
        return new Progress(
                recipient, state, 3, Instant.parse("2026-02-03T04:05:06.123456789Z"), "250 ok: né");
    }

    byte[] content(QueueId id) throws IOException {
        return content(spool, id);
    }

    static byte[] content(Spool spool, QueueId id) throws IOException {
        try (Content content = spool.content(id)) {
            byte[] octets = new byte[(int) content.octets()];
            int at = 0;
            while (at < octets.length) {
                int count = content.read(at, octets, at, Math.min(10_000, octets.length - at));
                if (count <= 0) {
                    throw new AssertionError("content ends at " + at);
                }
                at += count;
            }
            return octets;
        }
    }

    @Override
    public void close() throws IOException {
        spool.close();
    }
}

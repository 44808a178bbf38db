package postern.qmgr;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import postern.base.Peer;
import postern.mail.Content;
import postern.mail.Envelope;
import postern.mail.MailOptions;
import postern.mail.Notices.Notice;
import postern.mail.Origin;
import postern.mail.QueueId;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.spool.Past;
import postern.spool.Progress;
import postern.spool.QueuedMessage;
import postern.spool.Spool;

/** A queue in memory that holds the ledger: no recipient may end twice. */
final class MemorySpool implements Spool {
    final Map<QueueId, QueuedMessage> live = new TreeMap<>();
    final List<String> ledger = new ArrayList<>();
    private final Map<QueueId, List<Past>> pasts = new HashMap<>();
    Origin origin = Origin.OURSELVES; // of what is put next
    int failRecords;
    int soundInjects; // before the failing ones
    int failInjects;
    int openContents;
    private final Map<QueueId, QueuedMessage> before = new TreeMap<>();
    private Listener listener = _ -> {};
    private long ids = 1000;

    QueueId put(Instant now, ReversePath sender, String... recipients) {
        List<Recipient> to = new ArrayList<>();
        for (String text : recipients) {
            to.add(Stage.recipient(text));
        }
        return put(now, sender, to, MailOptions.NONE);
    }

    synchronized QueueId put(
            Instant now, ReversePath sender, List<Recipient> to, MailOptions options) {
        return put(nextId(), now, sender, to, options).envelope().id();
    }

    private synchronized QueueId nextId() {
        return new QueueId(ids++);
    }

    private synchronized QueuedMessage put(
            QueueId id, Instant now, ReversePath sender, List<Recipient> to, MailOptions options) {
        QueuedMessage plain = Stage.fresh(id, now, sender, to, options);
        QueuedMessage message =
                new QueuedMessage(
                        new Envelope(id, now, sender, options, origin, to),
                        plain.octets(),
                        false,
                        false,
                        plain.progress());
        live.put(id, message);
        remember(id, new Past.Taken(message.envelope(), message.octets()));
        listener.queued(message);
        return message;
    }

    @Override
    public void open(Listener to) {
        before.putAll(live);
        listener = to;
    }

    @Override
    public void replay(Listener found) {
        List.copyOf(before.values()).forEach(found::queued);
    }

    @Override
    public synchronized QueuedMessage load(QueueId id) throws IOException {
        QueuedMessage message = live.get(id);
        if (message == null) {
            throw new NotQueued("no message " + id);
        }
        return message;
    }

    @Override
    public Reception receive(long announcedOctets) {
        return new Arrival();
    }

    /** What comes in; its content is nobody's concern here. */
    private final class Arrival implements Reception {
        private final QueueId id = nextId();

        @Override
        public QueueId id() {
            return id;
        }

        @Override
        public void write(byte[] octets, int offset, int length) {}

        @Override
        public ByteBuffer room(int wanted) {
            return ByteBuffer.allocate(wanted);
        }

        @Override
        public void filled(int octets) {}

        @Override
        public CompletionStage<Envelope> commit(
                ReversePath sender,
                MailOptions options,
                Origin from,
                List<Recipient> recipients,
                String held) {
            Instant now = Instant.parse("2026-01-01T00:00:00Z");
            return CompletableFuture.completedFuture(
                    put(id, now, sender, recipients, options).envelope());
        }

        @Override
        public void close() {}
    }

    @Override
    public synchronized Content content(QueueId id) throws IOException {
        if (!live.containsKey(id)) {
            throw new IOException("no message " + id);
        }
        openContents++;
        return new Nothing();
    }

    @Override
    public synchronized void history(QueueId id, PastReader reader) throws IOException {
        for (Past event : pasts.getOrDefault(id, List.of())) {
            reader.past(event);
        }
    }

    private void remember(QueueId id, Past event) {
        pasts.computeIfAbsent(id, _ -> new ArrayList<>()).add(event);
    }

    @Override
    public synchronized CompletionStage<Void> record(QueueId id, List<Progress> changes) {
        if (failRecords > 0) {
            failRecords--;
            return CompletableFuture.failedFuture(new NoSpace("disk full"));
        }
        apply(id, changes);
        remember(id, new Past.Changed(changes, false));
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public synchronized CompletionStage<QueueId> inject(
            Notice notice, QueueId about, boolean delay, List<Progress> changes) {
        if (failInjects > 0 && --soundInjects < 0) {
            failInjects--;
            return CompletableFuture.failedFuture(new NoSpace("disk full"));
        }
        apply(about, changes);
        Instant now = Instant.parse("2026-01-01T00:00:00Z");
        QueueId told = put(now, notice.sender(), notice.recipients(), notice.options());
        remember(about, new Past.Told(told, delay, changes));
        return CompletableFuture.completedFuture(told);
    }

    private void apply(QueueId id, List<Progress> changes) {
        QueuedMessage message = live.get(id);
        if (message == null) {
            throw new AssertionError("progress of a message that is not in the queue: " + id);
        }
        List<Progress> progress = new ArrayList<>(message.progress());
        for (Progress change : changes) {
            Progress before = progress.set(change.recipient(), change);
            if (before.state().last()) {
                throw new AssertionError("ended twice: " + id + " " + change);
            }
            if (change.state().last()) {
                Recipient to = message.envelope().recipients().get(change.recipient());
                ledger.add(to.mailbox() + " " + change.state());
            }
        }
        live.put(
                id,
                new QueuedMessage(message.envelope(), message.octets(), false, false, progress));
        if (progress.stream().allMatch(it -> it.state().last())) {
            live.remove(id);
        }
    }

    @Override
    public Usage usage() {
        return new Usage(live.size(), 0, 0);
    }

    @Override
    public void close() {}

    private final class Nothing implements Content {
        @Override
        public long octets() {
            return 0;
        }

        @Override
        public boolean dotLines() {
            return false;
        }

        @Override
        public int read(long position, byte[] into, int offset, int length) {
            return -1;
        }

        @Override
        public void send(Peer peer, long position, long length) {}

        @Override
        public void close() {
            openContents--;
        }
    }
}

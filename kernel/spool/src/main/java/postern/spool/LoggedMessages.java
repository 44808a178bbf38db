package postern.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import postern.mail.QueueId;
import postern.spool.QueueLog.Position;
import postern.spool.QueueLog.Type;

/**
 * The messages that a log tells of, and how each stands, as the queue's own replay would see them:
 * fed with the records of a {@link LogReader}, in their order.
 */
public final class LoggedMessages {
    private final TreeMap<Long, Entry> entries = new TreeMap<>();
    private final TreeMap<Long, List<Position>> bodies = new TreeMap<>(); // named by no envelope
    private final List<String> senseless = new ArrayList<>();

    /** How a message stands. */
    public enum Standing {
        /** At least one recipient waits, or is held. */
        QUEUED,
        /** Every recipient has its last state; the records are there until the log is cleaned. */
        FINISHED,
        /** A part of its content is damaged. */
        INCOMPLETE
    }

    /**
     * One message.
     *
     * @param content where its parts lie, in order
     * @param missing those that are not sound
     */
    public record Message(
            QueuedMessage message,
            Standing standing,
            Position envelope,
            List<Position> content,
            List<Position> missing) {
        public Message {
            content = List.copyOf(content);
            missing = List.copyOf(missing);
        }
    }

    /** The envelope itself is read again when it is asked for: there may be a million. */
    private static final class Entry {
        private final Position envelope;
        private final List<Position> missing;
        private final int recipients;
        private final Map<Integer, Progress> progress;
        private boolean delayNoticeSent;

        Entry(
                Position envelope,
                List<Position> missing,
                int recipients,
                Map<Integer, Progress> progress) {
            this.envelope = envelope;
            this.missing = List.copyOf(missing);
            this.recipients = recipients;
            this.progress = progress;
        }

        void apply(ProgressRecord record) {
            delayNoticeSent |= record.delayNoticeSent();
            for (Progress change : record.changes()) {
                Progress known = progress.get(change.recipient());
                boolean over = known != null && known.state().last();
                if (change.recipient() < recipients && !over) {
                    progress.put(change.recipient(), change);
                }
            }
        }

        boolean finished() {
            long over = progress.values().stream().filter(one -> one.state().last()).count();
            return over == recipients;
        }

        Standing standing() {
            if (finished()) {
                return Standing.FINISHED;
            }
            return missing.isEmpty() ? Standing.QUEUED : Standing.INCOMPLETE;
        }
    }

    /** Takes the next sound record. What its payload says may still make no sense. */
    public void record(Type type, QueueId id, Position position, ByteBuffer payload) {
        try {
            switch (type) {
                case BODY ->
                        bodies.computeIfAbsent(id.value(), _ -> new ArrayList<>(1)).add(position);
                case ENVELOPE -> envelope(id, position, EnvelopeRecord.decode(id, payload));
                case PROGRESS, DONE -> progress(id.value(), ProgressRecord.decode(payload));
            }
        } catch (IOException unknown) {
            senseless.add(
                    "%s at %d in segment %d: %s"
                            .formatted(
                                    id.text(),
                                    position.offset(),
                                    position.segment(),
                                    unknown.getMessage()));
        }
    }

    private void envelope(QueueId id, Position position, EnvelopeRecord record) {
        Set<Position> sound = new HashSet<>(bodies.getOrDefault(id.value(), List.of()));
        List<Position> missing =
                record.allBodies(position).stream().filter(part -> !sound.contains(part)).toList();
        Entry former = entries.get(id.value());
        boolean formerWhole = former != null && former.missing.isEmpty();
        if (missing.isEmpty() || !formerWhole) { // else the original is still there
            Map<Integer, Progress> progress = former == null ? new HashMap<>(2) : former.progress;
            int recipients = record.envelope().recipients().size();
            Entry entry = new Entry(position, missing, recipients, progress);
            entry.delayNoticeSent = former != null && former.delayNoticeSent;
            entries.put(id.value(), entry);
            if (missing.isEmpty()) {
                bodies.remove(id.value());
            }
        }
        record.about().ifPresent(about -> progress(about.id().value(), about.progress()));
    }

    private void progress(long id, ProgressRecord record) {
        Entry entry = entries.get(id);
        if (entry != null) {
            entry.apply(record);
        }
    }

    /** Sound records whose payload makes no sense, one line each. */
    public List<String> senseless() {
        return List.copyOf(senseless);
    }

    /** All that have an envelope, oldest first. */
    public List<QueueId> ids() {
        return entries.keySet().stream().map(QueueId::new).toList();
    }

    /** How many stand so. */
    public long count(Standing standing) {
        return entries.values().stream().filter(entry -> entry.standing() == standing).count();
    }

    /** The message of one of the {@link #ids}. */
    public Message message(QueueId id, LogReader log) throws IOException {
        Entry entry = entries.get(id.value());
        if (entry == null) {
            throw new Spool.NotQueued("no envelope with this id in the log: " + id);
        }
        ByteBuffer payload = ByteBuffer.wrap(log.payload(entry.envelope));
        EnvelopeRecord record = EnvelopeRecord.decode(id, payload);
        List<Progress> progress = new ArrayList<>(entry.recipients);
        for (int i = 0; i < entry.recipients; i++) {
            Progress fresh = Progress.fresh(i, record.envelope().arrived());
            progress.add(entry.progress.getOrDefault(i, fresh));
        }
        return new Message(
                new QueuedMessage(
                        record.envelope(),
                        record.octets(),
                        record.dotLines(),
                        entry.delayNoticeSent,
                        progress),
                entry.standing(),
                entry.envelope,
                record.allBodies(entry.envelope),
                entry.missing);
    }

    /**
     * Sound content that no sound envelope names: of messages that were never handed in whole, and
     * of those whose envelope is damaged.
     */
    public Map<QueueId, List<Position>> orphans() {
        Map<QueueId, List<Position>> orphans = new TreeMap<>();
        bodies.forEach(
                (id, parts) -> {
                    if (!entries.containsKey(id)) {
                        orphans.put(new QueueId(id), List.copyOf(parts));
                    }
                });
        return orphans;
    }

    /** What a record says, in one line, as far as it can be told without its content. */
    public static String summary(Type type, QueueId id, ByteBuffer payload) {
        try {
            return switch (type) {
                case BODY -> "";
                case ENVELOPE -> summary(EnvelopeRecord.decode(id, payload));
                case PROGRESS, DONE -> summary(ProgressRecord.decode(payload));
            };
        } catch (IOException unknown) {
            return "makes no sense: " + unknown.getMessage();
        }
    }

    private static String summary(EnvelopeRecord record) {
        StringBuilder text = new StringBuilder();
        text.append("octets=").append(record.octets());
        text.append(" arrived=").append(record.envelope().arrived());
        text.append(" from=<").append(record.envelope().sender()).append('>');
        record.envelope()
                .recipients()
                .forEach(recipient -> text.append(" to=<").append(recipient.mailbox()).append('>'));
        record.about()
                .ifPresent(
                        about ->
                                text.append(" about=")
                                        .append(about.id().text())
                                        .append(' ')
                                        .append(summary(about.progress())));
        return text.toString();
    }

    private static String summary(ProgressRecord record) {
        StringBuilder text = new StringBuilder(record.delayNoticeSent() ? "delay-told" : "");
        for (Progress change : record.changes()) {
            text.append(text.isEmpty() ? "" : " ");
            text.append("recipient=").append(change.recipient());
            text.append(" state=").append(change.state());
            text.append(" attempts=").append(change.attempts());
            text.append(" time=").append(change.due());
            text.append(" detail=").append('"').append(change.detail()).append('"');
        }
        return text.toString();
    }
}

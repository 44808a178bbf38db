package postern.spool;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import postern.base.Peer;
import postern.mail.QueueId;

/**
 * The durable log behind the queue: one per partition, one writer. Records are at most 1 MiB; what
 * is larger is chunked by the caller and committed by the record that names the chunks.
 */
public interface QueueLog extends Closeable {
    /** Longest payload of a record in octets. */
    int PAYLOAD_OCTETS_MAX = 1 << 20;

    /** Longest batch in octets, headers and padding included: four of the longest records. */
    int BATCH_OCTETS_MAX = 4 << 20;

    /** The longest that {@link Sync#SOON} waits, in milliseconds. */
    int SOON_MILLIS_MAX = 100;

    /** When a batch is made durable. */
    enum Sync {
        /** At once, together with all that came before it: somebody waits. */
        NOW,
        /** With the next that is urgent, at the latest after {@link #SOON_MILLIS_MAX}. */
        SOON,
        /**
         * With whatever is synced after it: complete as soon as it is written, so that its memory
         * can be used again. For content that a later record commits.
         */
        LATER
    }

    /**
     * Becomes the only writer, fencing off any former one.
     *
     * @throws IOException another live process is the writer, or the state cannot be read
     */
    Epoch acquire() throws IOException;

    /**
     * Appends the records in order, as a whole.
     *
     * @param settled is given where each record lies once all of them are as durable as asked; on
     *     the log's own thread, before the log goes on: whatever must know of the records (else
     *     their segment may be released) learns it here, in the log's order
     * @return what {@code settled} returned. Fails with {@link IOException} where nothing was
     *     appended (disk full, a record too long). After a failed sync the process halts instead:
     *     what is on disk is then unknown.
     */
    <T> CompletionStage<T> append(
            List<Record> batch, Sync when, Function<List<Position>, T> settled);

    /**
     * Cuts off what a crash left unfinished at the end of the log; from then on the log takes
     * appends. What is cut goes to the sink as damage.
     */
    void open(Epoch epoch, RecordSink sink) throws IOException;

    /**
     * Whether the caller may wait for what it appends: who is just being told of an earlier append
     * may append more, but has the log's own thread.
     */
    boolean mayWait();

    /**
     * Reads every record that was there when the log was opened, oldest first, while others may
     * already be appended. Damaged records go to the sink as such.
     */
    void replay(RecordSink sink) throws IOException;

    /** Reads (part of) a record's payload: from {@code offset} within it. */
    int read(Position position, int offset, byte[] into, int at, int length) throws IOException;

    /** Sends part of a record's payload without a detour through the heap where the system can. */
    void send(Position position, int offset, int length, Peer peer) throws IOException;

    /**
     * Reads again, oldest first, what is still there about one message: its ENVELOPE, PROGRESS and
     * DONE records, and each ENVELOPE of a younger message that tells of another.
     *
     * @param sink gets sound records only
     */
    void trace(QueueId id, RecordSink sink) throws IOException;

    /** The highest id in the log when it was opened; 0 when there was none. */
    long highestId();

    /**
     * Nothing live is left in the segment nor in any older one: its space is given back. Records
     * that undo older ones lie in younger segments, so the oldest goes first.
     *
     * @param kept whether it holds the only copy of something damaged: then it goes aside whole
     *     instead of being deleted
     */
    void release(long segment, boolean kept) throws IOException;

    /**
     * The segments that exist, oldest first, with their sizes in octets; the last is the one being
     * written.
     */
    List<SegmentSize> segments();

    /** Grows with every acquisition; a writer of an older epoch is refused. */
    record Epoch(long number) {}

    /**
     * Where a record's payload lies.
     *
     * @param length of the payload, octets
     */
    record Position(long segment, long offset, int length) {}

    /** The parts of a record's payload are written one behind the other. */
    record Record(Type type, QueueId id, List<ByteBuffer> payload) {}

    record SegmentSize(long segment, long octets) {}

    /** What a record is; the codes are part of the format and are never reused. */
    enum Type {
        BODY(1),
        ENVELOPE(2),
        PROGRESS(3),
        DONE(4);

        private final int code;

        Type(int code) {
            this.code = code;
        }

        public int code() {
            return code;
        }

        /** The type of that code, if there is one. */
        static Optional<Type> of(int code) {
            for (Type type : values()) {
                if (type.code == code) {
                    return Optional.of(type);
                }
            }
            return Optional.empty();
        }
    }

    /** Takes what {@link #replay} finds. */
    interface RecordSink {
        /**
         * A sound record.
         *
         * @param payload valid during the call
         */
        void record(Type type, QueueId id, Position position, ByteBuffer payload)
                throws IOException;

        void damaged(Damage damage) throws IOException;
    }

    /**
     * A region that is no valid record.
     *
     * @param id of the message it was about, as far as it could be read, else 0
     * @param copy where it was set aside; empty where that failed: then it is only in the segment
     * @param tail whether it was the end of the log, since cut: most likely a batch that a crash
     *     interrupted and nobody was promised
     */
    record Damage(long segment, long offset, long octets, long id, String copy, boolean tail) {}
}

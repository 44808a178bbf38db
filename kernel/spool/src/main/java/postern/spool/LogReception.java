package postern.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import postern.base.Blocks;
import postern.base.Bug;
import postern.mail.DotLines;
import postern.mail.Envelope;
import postern.mail.MailOptions;
import postern.mail.Origin;
import postern.mail.QueueId;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.spool.EnvelopeRecord.About;
import postern.spool.QueueLog.Position;
import postern.spool.QueueLog.Record;
import postern.spool.QueueLog.Sync;
import postern.spool.QueueLog.Type;

/**
 * A message on its way into the log. What fits into one record stays in memory until the commit and
 * goes out with the envelope, in one write; of more, full records are written as they come, one
 * being written while the next fills.
 */
final class LogReception implements Spool.Reception {
    private static final int PIECE_OCTETS_MIN = 4 << 10;
    private static final int PIECE_OCTETS_MAX = Blocks.OCTETS; // those are used again

    /** Added to what was announced, so that a trace header on top needs no second piece. */
    private static final int HEADROOM_OCTETS = 1 << 10;

    /** What is granted beside the content: a trace header, headers of records, an envelope. */
    static final int OVERHEAD_OCTETS = 2 << 10;

    /**
     * Of a long message every so many records are synced as they come: its last one, or another's
     * commit, would have to wait for all of them otherwise.
     */
    private static final int SPILLS_PER_SYNC = 4;

    private static final ByteBuffer NONE = ByteBuffer.allocate(0);

    private final LogSpool spool;
    private final FreeSpace.Grant room;
    private final QueueId id;
    private final DotLines dotLines = new DotLines();
    private final List<Position> written = new ArrayList<>();

    private ByteBuffer piece;
    private List<ByteBuffer> pieces = new ArrayList<>(); // full ones of this record
    private int recordOctets; // in pieces and piece
    private int heldOctets; // memory of pieces and piece
    private boolean pressed; // too much is held by all together
    private long octets;
    private int spills;
    private @Nullable CompletionStage<Position> writing;
    private boolean over;

    LogReception(LogSpool spool, QueueId id, long announcedOctets, FreeSpace.Grant room) {
        this.spool = spool;
        this.id = id;
        this.room = room;
        long wanted = announcedOctets + HEADROOM_OCTETS;
        this.piece = piece(Math.clamp(wanted, PIECE_OCTETS_MIN, PIECE_OCTETS_MAX));
        hold(piece.capacity());
    }

    @Override
    public QueueId id() {
        return id;
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
        Bug.unless(!over, "content comes before the commit");
        int at = offset;
        int end = offset + length;
        while (at < end) {
            ByteBuffer room = room(end - at);
            int count = room.remaining();
            room.put(from, at, count);
            filled(count);
            at += count;
        }
    }

    @Override
    public ByteBuffer room(int wanted) throws IOException {
        Bug.unless(!over, "content comes before the commit");
        if (!piece.hasRemaining() || recordOctets == QueueLog.PAYLOAD_OCTETS_MAX) {
            nextPiece();
        }
        int left = Math.min(piece.remaining(), QueueLog.PAYLOAD_OCTETS_MAX - recordOctets);
        return piece.slice(piece.position(), Math.min(wanted, left));
    }

    @Override
    public void filled(int count) {
        dotLines.scan(piece, piece.position(), count);
        piece.position(piece.position() + count);
        recordOctets += count;
        octets += count;
    }

    private void nextPiece() throws IOException {
        int next = Math.min(PIECE_OCTETS_MAX, 2 * piece.capacity());
        fullPiece();
        if (recordOctets == QueueLog.PAYLOAD_OCTETS_MAX || pressed) {
            room.need(RecordHeader.recordOctets(recordOctets));
            spill();
            if (pressed) {
                awaitWritten();
            }
        }
        piece = piece(next);
        hold(piece.capacity());
    }

    private void fullPiece() {
        pieces.add(piece.flip());
        piece = NONE;
    }

    private ByteBuffer piece(int octets) {
        return octets == Blocks.OCTETS ? spool.blocks().take() : ByteBuffer.allocate(octets);
    }

    /** The log has copied them, or will not any more. */
    private void giveBack(List<ByteBuffer> unused) {
        unused.forEach(spool.blocks()::giveBack);
        unused.clear();
    }

    private void spill() throws IOException {
        awaitWritten();
        int held = heldOctets;
        int onDisk = RecordHeader.recordOctets(recordOctets);
        heldOctets = 0;
        List<ByteBuffer> spilled = pieces;
        var record = new Record(Type.BODY, id, spilled);
        pieces = new ArrayList<>();
        recordOctets = 0;
        writing =
                spool.appended(
                        List.of(record),
                        ++spills % SPILLS_PER_SYNC == 0 ? Sync.NOW : Sync.LATER,
                        positions -> {
                            Position position = positions.getFirst();
                            spool.index().pin(position.segment());
                            return position;
                        });
        // before the stage is awaited: memory is free again whether or not it was written
        var _ =
                writing.whenComplete(
                        (_, _) -> {
                            room.used(onDisk);
                            giveBack(spilled);
                            spool.buffered(-held);
                        });
    }

    private void awaitWritten() throws IOException {
        CompletionStage<Position> last = writing;
        if (last == null) {
            return;
        }
        writing = null;
        if (!spool.mayWait()) {
            throw spool.unsound("the log's own thread does not wait for the log");
        }
        try {
            written.add(spool.world().tasks().await(last));
        } catch (ExecutionException failed) {
            throw asIoException(failed);
        }
    }

    private static IOException asIoException(ExecutionException failed) {
        return failed.getCause() instanceof IOException known
                ? known
                : new IOException(String.valueOf(failed.getMessage()), failed);
    }

    private void hold(int more) {
        heldOctets += more;
        pressed = spool.buffered(more);
    }

    @Override
    public CompletionStage<Envelope> commit(
            ReversePath sender,
            MailOptions options,
            Origin origin,
            List<Recipient> recipients,
            String held) {
        Instant now = spool.world().clock().now();
        return commit(
                new Envelope(id, now, sender, options, origin, recipients),
                held.isEmpty() ? Optional.empty() : Optional.of(held(recipients, now, held)));
    }

    /** A message may tell of itself too. */
    private About held(List<Recipient> recipients, Instant now, String why) {
        List<Progress> all = new ArrayList<>(recipients.size());
        for (int i = 0; i < recipients.size(); i++) {
            all.add(new Progress(i, Progress.State.HELD, 0, now, why));
        }
        return new About(id, new ProgressRecord(false, all));
    }

    CompletionStage<Envelope> commit(Envelope envelope, Optional<About> about) {
        Bug.unless(!over, "a message is committed once");
        try {
            awaitWritten();
        } catch (IOException failed) {
            close();
            return CompletableFuture.failedFuture(failed);
        }
        over = true;
        List<Record> batch = new ArrayList<>(2);
        if (recordOctets > 0) {
            fullPiece();
            batch.add(new Record(Type.BODY, id, pieces));
        }
        var record =
                new EnvelopeRecord(
                        envelope,
                        octets,
                        dotLines.found(),
                        written,
                        recordOctets > 0 ? recordOctets : -1,
                        about);
        ByteBuffer encoded = record.encoded();
        batch.add(new Record(Type.ENVELOPE, id, List.of(encoded)));
        int onDisk = RecordHeader.recordOctets(encoded.remaining());
        onDisk += recordOctets > 0 ? RecordHeader.recordOctets(recordOctets) : 0;
        try {
            room.need(onDisk);
        } catch (IOException full) {
            letGo();
            return CompletableFuture.failedFuture(full);
        }
        int octetsOnDisk = onDisk;
        var committed =
                spool.appended(
                        batch,
                        Sync.NOW,
                        positions -> {
                            Position last = positions.getLast();
                            spool.taken(record, new Place(last, record.allBodies(last), 0));
                            return envelope;
                        });
        return committed.whenComplete(
                (_, _) -> {
                    room.used(octetsOnDisk);
                    letGo();
                });
    }

    /** Without a commit, what was written stays behind as dead octets. */
    @Override
    public void close() {
        if (over) {
            return;
        }
        over = true;
        try {
            awaitWritten();
        } catch (IOException alreadyLost) {
            // nothing of it is needed
        }
        letGo();
    }

    private void letGo() {
        room.close();
        giveBack(pieces);
        spool.blocks().giveBack(piece);
        piece = NONE;
        spool.buffered(-heldOctets);
        heldOctets = 0;
        written.forEach(position -> spool.index().unpin(position.segment()));
    }
}

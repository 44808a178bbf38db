package postern.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import postern.mail.QueueId;
import postern.spool.QueueLog.Damage;
import postern.spool.QueueLog.Position;
import postern.spool.QueueLog.RecordSink;
import postern.spool.QueueLog.Type;

/** Makes events of a message's life from its records. */
final class Recollection implements RecordSink {
    private final QueueId id;
    private final Spool.PastReader reader;
    private boolean taken;

    Recollection(QueueId id, Spool.PastReader reader) {
        this.id = id;
        this.reader = reader;
    }

    @Override
    public void record(Type type, QueueId of, Position position, ByteBuffer payload)
            throws IOException {
        switch (type) {
            case BODY -> {}
            case ENVELOPE -> envelope(EnvelopeRecord.decode(of, payload));
            case PROGRESS, DONE -> {
                ProgressRecord progress = ProgressRecord.decode(payload);
                reader.past(new Past.Changed(progress.changes(), progress.delayNoticeSent()));
            }
        }
    }

    private void envelope(EnvelopeRecord record) throws IOException {
        if (record.envelope().id().equals(id)) {
            reader.past(
                    taken ? new Past.Copied() : new Past.Taken(record.envelope(), record.octets()));
            taken = true;
        } else if (record.about().isPresent() && record.about().get().id().equals(id)) {
            ProgressRecord progress = record.about().get().progress();
            reader.past(
                    new Past.Told(
                            record.envelope().id(),
                            progress.delayNoticeSent(),
                            progress.changes()));
        }
    }

    @Override
    public void damaged(Damage damage) {}
}

package postern.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import postern.base.Peer;
import postern.mail.Content;
import postern.spool.QueueLog.Position;

/** The content of a live message; it follows the message when that is copied forward. */
final class LogContent implements Content {
    /**
     * So much is read at once and kept while the content is open. Measured: below it, sending from
     * memory costs less than sending from the file.
     */
    private static final int RESIDENT_OCTETS_MAX = 64 << 10;

    private final QueueLog log;
    private final LiveMessage message;
    private byte @Nullable [] resident;

    LogContent(QueueLog log, LiveMessage message) {
        this.log = log;
        this.message = message;
    }

    @Override
    public long octets() {
        return message.octets();
    }

    @Override
    public boolean dotLines() {
        return message.dotLines();
    }

    @Override
    public int read(long position, byte[] into, int offset, int length) throws IOException {
        if (position >= octets()) {
            return -1;
        }
        if (octets() <= RESIDENT_OCTETS_MAX) {
            byte[] all = loaded();
            int count = (int) Math.min(length, octets() - position);
            System.arraycopy(all, (int) position, into, offset, count);
            return count;
        }
        return part(position, length, (body, at, count) -> log.read(body, at, into, offset, count));
    }

    @Override
    public void send(Peer peer, long position, long length) throws IOException {
        if (octets() <= RESIDENT_OCTETS_MAX) {
            peer.write(ByteBuffer.wrap(loaded(), (int) position, (int) length));
            return;
        }
        long at = position;
        long end = position + length;
        while (at < end) {
            at +=
                    part(
                            at,
                            end - at,
                            (body, within, count) -> {
                                log.send(body, within, count, peer);
                                return count;
                            });
        }
    }

    @Override
    public List<ByteBuffer> resident() {
        if (octets() > RESIDENT_OCTETS_MAX) {
            return List.of();
        }
        try {
            return List.of(ByteBuffer.wrap(loaded()).asReadOnlyBuffer());
        } catch (IOException unreadable) {
            return List.of(); // whoever reads it will hear of it
        }
    }

    @Override
    public void close() {
        resident = null;
    }

    private byte[] loaded() throws IOException {
        byte[] known = resident;
        if (known == null) {
            known = new byte[(int) octets()];
            int at = 0;
            while (at < known.length) {
                byte[] into = known;
                int start = at;
                at +=
                        part(
                                at,
                                known.length - at,
                                (body, within, count) ->
                                        log.read(body, within, into, start, count));
            }
            resident = known;
        }
        return known;
    }

    /** Does something with a region of one record; returns how many octets it did it with. */
    private interface Step {
        int take(Position body, int within, int count) throws IOException;
    }

    private int part(long position, long length, Step step) throws IOException {
        Place before = message.place();
        try {
            return part(before, position, length, step);
        } catch (Released gone) {
            Place now = message.place();
            if (now.equals(before)) {
                throw gone;
            }
            return part(now, position, length, step);
        }
    }

    private static int part(Place place, long position, long length, Step step) throws IOException {
        long rest = position;
        for (Position body : place.bodies()) {
            if (rest < body.length()) {
                int count = (int) Math.min(length, body.length() - rest);
                int taken = step.take(body, (int) rest, count);
                if (taken <= 0) {
                    throw new IOException("a record ends early");
                }
                return taken;
            }
            rest -= body.length();
        }
        throw new IOException("content ends early");
    }
}

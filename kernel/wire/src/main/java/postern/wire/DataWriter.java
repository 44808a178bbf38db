package postern.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import postern.base.Peer;
import postern.mail.Content;

/** Message data as DATA wants it: dots stuffed (RFC 5321 §4.5.2), ended by CRLF.CRLF. */
public final class DataWriter {
    private static final int BLOCK_OCTETS = 32 * 1024;

    private static final byte[] END = {'.', '\r', '\n'};
    private static final byte[] END_WITH_NEWLINE = {'\r', '\n', '.', '\r', '\n'};

    private DataWriter() {}

    /**
     * Writes all of the content and the end of data, and what the writer had gathered before it.
     */
    public static void write(Content content, PeerWriter writer, Peer peer) throws IOException {
        byte[] end = endsWithNewline(content) ? END : END_WITH_NEWLINE;
        if (content.dotLines()) {
            writeStuffed(content, writer);
            writer.add(end);
            writer.flush();
        } else {
            writeChunk(content, end, writer, peer);
        }
    }

    /**
     * Writes all of the content as it is, as BDAT wants it (RFC 3030), and what the writer had
     * gathered before it.
     *
     * @param end behind it
     */
    public static void writeChunk(Content content, byte[] end, PeerWriter writer, Peer peer)
            throws IOException {
        var resident = content.resident();
        if (!resident.isEmpty()) {
            ByteBuffer[] buffers = resident.toArray(new ByteBuffer[resident.size() + 1]);
            buffers[resident.size()] = ByteBuffer.wrap(end);
            writer.flush(buffers);
        } else if (content.octets() <= BLOCK_OCTETS) {
            byte[] block = new byte[(int) content.octets() + end.length];
            readFully(content, 0, block, (int) content.octets());
            System.arraycopy(end, 0, block, (int) content.octets(), end.length);
            writer.flush(ByteBuffer.wrap(block));
        } else {
            writer.flush();
            content.send(peer, 0, content.octets());
            if (end.length > 0) {
                writer.add(end);
                writer.flush();
            }
        }
    }

    /** Whether the last line is whole; so is no line at all. */
    public static boolean endsWithNewline(Content content) throws IOException {
        long octets = content.octets();
        if (octets == 0) {
            return true; // no line was begun
        }
        if (octets < 2) {
            return false;
        }
        byte[] last = new byte[2];
        readFully(content, octets - 2, last, 2);
        return last[0] == '\r' && last[1] == '\n';
    }

    private static void writeStuffed(Content content, PeerWriter writer) throws IOException {
        byte[] block = new byte[BLOCK_OCTETS];
        boolean lineStart = true;
        long at = 0;
        while (at < content.octets()) {
            int length = (int) Math.min(block.length, content.octets() - at);
            readFully(content, at, block, length);
            int from = 0;
            for (int i = 0; i < length; i++) {
                if (lineStart && block[i] == '.') {
                    writer.add(block, from, i - from);
                    writer.add(END, 0, 1);
                    from = i;
                }
                lineStart = block[i] == '\n';
            }
            writer.add(block, from, length - from);
            at += length;
        }
    }

    private static void readFully(Content content, long from, byte[] into, int length)
            throws IOException {
        int done = 0;
        while (done < length) {
            int n = content.read(from + done, into, done, length - done);
            if (n < 0) {
                throw new IOException("content ends early");
            }
            done += n;
        }
    }
}

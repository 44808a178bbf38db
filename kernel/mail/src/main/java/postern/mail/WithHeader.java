package postern.mail;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import postern.base.Peer;

/**
 * A message that has another header in front of its old content.
 *
 * @param header all fields with their line ends, no line of it beginning with a dot
 * @param from where the old content goes on: its empty line, or 0 where its own header stays
 */
public record WithHeader(byte[] header, Content content, long from) implements Content {

    /**
     * With these fields in front of its own.
     *
     * @param fields without the end of their last line, in UTF-8
     */
    public static Content before(List<String> fields, Content content) {
        StringBuilder text = new StringBuilder();
        fields.forEach(field -> text.append(field).append("\r\n"));
        return new WithHeader(text.toString().getBytes(StandardCharsets.UTF_8), content, 0);
    }

    /**
     * Where the empty line begins that ends the header; -1 when there is none among so many octets.
     */
    public static int end(byte[] octets, int length) {
        if (length >= 2 && octets[0] == '\r' && octets[1] == '\n') {
            return 0;
        }
        for (int i = 3; i < length; i++) {
            if (octets[i] == '\n'
                    && octets[i - 1] == '\r'
                    && octets[i - 2] == '\n'
                    && octets[i - 3] == '\r') {
                return i - 1;
            }
        }
        return -1;
    }

    @Override
    public long octets() {
        return header.length + content.octets() - from;
    }

    @Override
    public boolean dotLines() {
        return content.dotLines();
    }

    @Override
    public boolean longLines() {
        return content.longLines();
    }

    @Override
    public int read(long position, byte[] into, int offset, int length) throws IOException {
        if (position >= header.length) {
            return content.read(position - header.length + from, into, offset, length);
        }
        int n = Math.min(length, header.length - (int) position);
        System.arraycopy(header, (int) position, into, offset, n);
        return n;
    }

    @Override
    public void send(Peer peer, long position, long length) throws IOException {
        long left = length;
        long at = position;
        if (at < header.length) {
            int n = (int) Math.min(left, header.length - at);
            peer.write(ByteBuffer.wrap(header, (int) at, n));
            at += n;
            left -= n;
        }
        if (left > 0) {
            content.send(peer, at - header.length + from, left);
        }
    }

    @Override
    public List<ByteBuffer> resident() {
        List<ByteBuffer> all = new ArrayList<>();
        long skip = from;
        for (ByteBuffer part : content.resident()) {
            int skipped = (int) Math.min(skip, part.remaining());
            skip -= skipped;
            if (skipped < part.remaining()) {
                all.add(part.duplicate().position(part.position() + skipped));
            }
        }
        if (all.isEmpty()) {
            return List.of(); // not in memory: it is sent in two parts
        }
        all.addFirst(ByteBuffer.wrap(header));
        return all;
    }

    @Override
    public void close() {
        content.close();
    }
}

package postern.local;

import java.io.IOException;
import java.nio.ByteBuffer;
import postern.base.Peer;
import postern.mail.Content;

/**
 * A message with fields of ours in front, lines ended by CRLF. Closing it leaves the message open.
 */
record PrefixedContent(byte[] prefix, Content content) implements Content {
    @Override
    public long octets() {
        return prefix.length + content.octets();
    }

    @Override
    public boolean dotLines() {
        return content.dotLines();
    }

    @Override
    public int read(long position, byte[] into, int offset, int length) throws IOException {
        if (position >= prefix.length) {
            return content.read(position - prefix.length, into, offset, length);
        }
        int n = (int) Math.min(length, prefix.length - position);
        System.arraycopy(prefix, (int) position, into, offset, n);
        return n;
    }

    @Override
    public void send(Peer peer, long position, long length) throws IOException {
        long left = length;
        if (position < prefix.length) {
            int n = (int) Math.min(left, prefix.length - position);
            peer.write(ByteBuffer.wrap(prefix, (int) position, n));
            left -= n;
        }
        if (left > 0) {
            content.send(peer, Math.max(0, position - prefix.length), left);
        }
    }

    @Override
    public void close() {}
}

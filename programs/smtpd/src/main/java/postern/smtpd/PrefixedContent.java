package postern.smtpd;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import postern.base.Peer;
import postern.mail.Content;

/** A message with header fields before its own. Closing it leaves the message to its owner. */
final class PrefixedContent implements Content {
    private final byte[] prefix;
    private final Content content;

    PrefixedContent(List<String> fields, Content content) {
        StringBuilder text = new StringBuilder();
        fields.forEach(field -> text.append(field).append("\r\n"));
        this.prefix = text.toString().getBytes(StandardCharsets.US_ASCII);
        this.content = content;
    }

    @Override
    public long octets() {
        return prefix.length + content.octets();
    }

    @Override
    public boolean dotLines() {
        return content.dotLines(); // no field's name begins with a dot: RuleHeader
    }

    @Override
    public int read(long position, byte[] into, int offset, int length) throws IOException {
        if (position >= prefix.length) {
            return content.read(position - prefix.length, into, offset, length);
        }
        int count = (int) Math.min(length, prefix.length - position);
        System.arraycopy(prefix, (int) position, into, offset, count);
        return count;
    }

    @Override
    public void send(Peer peer, long position, long length) throws IOException {
        long at = position;
        long left = length;
        if (at < prefix.length && left > 0) {
            int count = (int) Math.min(left, prefix.length - at);
            peer.write(ByteBuffer.wrap(prefix, (int) at, count));
            at += count;
            left -= count;
        }
        if (left > 0) {
            content.send(peer, at - prefix.length, left);
        }
    }

    @Override
    public List<ByteBuffer> resident() {
        List<ByteBuffer> own = content.resident();
        if (own.isEmpty() && content.octets() > 0) {
            return List.of();
        }
        List<ByteBuffer> all = new ArrayList<>(own.size() + 1);
        all.add(ByteBuffer.wrap(prefix));
        all.addAll(own);
        return all;
    }

    @Override
    public void close() {}
}

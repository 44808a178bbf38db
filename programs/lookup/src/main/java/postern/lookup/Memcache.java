package postern.lookup;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** memcached's text protocol, as far as a value is asked for. Any thread. */
final class Memcache implements StoreTable.Store {
    /** Longest key in octets. Origin: memcached's protocol.txt. */
    private static final int KEY_OCTETS_MAX = 250;

    private static final byte[] GET = "get ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CRLF = "\r\n".getBytes(StandardCharsets.US_ASCII);

    @Override
    public void say(Lines lines) {
        // it waits for the first command
    }

    /** White space and controls would end the key, or the command: no key has them. */
    @Override
    public boolean possible(byte[] key) {
        for (byte octet : key) {
            if (octet >= 0 && octet <= ' ' || octet == 0x7f) {
                return false;
            }
        }
        return key.length > 0 && key.length <= KEY_OCTETS_MAX;
    }

    @Override
    public StoreTable.Value get(Lines lines, byte[] key) throws IOException {
        var request = new ByteArrayOutputStream(GET.length + key.length + CRLF.length);
        request.writeBytes(GET);
        request.writeBytes(key);
        request.writeBytes(CRLF);
        lines.write(request.toByteArray());
        String head = lines.line();
        if (head.equals("END")) {
            return StoreTable.Value.NOT_THERE;
        }
        String[] words = head.split(" ", -1);
        if (words.length < 4
                || !words[0].equals("VALUE")
                || !words[1].equals(new String(key, StandardCharsets.UTF_8))) {
            throw new IOException(
                    words[0].endsWith("ERROR") ? head : "a reply that is none of memcached's");
        }
        StoreTable.Value value = StoreTable.value(lines, StoreTable.length(words[3]));
        if (value instanceof StoreTable.Value.There && !lines.line().equals("END")) {
            throw new IOException("a reply that is none of memcached's");
        }
        return value;
    }
}

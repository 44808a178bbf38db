package postern.fuzz;

import java.io.IOException;
import java.nio.file.Path;
import postern.base.World;
import postern.base.system.SystemWorld;
import postern.mail.Content;
import postern.mail.ContentBuffer;
import postern.mail.ContentStore;

/** Memory for messages, and whether all of it came back. */
public final class Stores {
    public static final World WORLD = SystemWorld.create((_, _) -> {});
    private static final int OCTETS = 1 << 20;

    private Stores() {}

    public static ContentStore store() {
        return new ContentStore(WORLD.disk(), Path.of("/nonexistent"), OCTETS, OCTETS);
    }

    public static void checkEmpty(ContentStore store) {
        Finding.unless(store.residentOctetsLeft() == OCTETS, "memory was not given back");
    }

    static Content content(ContentStore store, byte[] octets, int from) throws IOException {
        try (ContentBuffer buffer = store.buffer(0)) {
            buffer.append(octets, from, octets.length - from);
            return buffer.finish();
        }
    }

    public static byte[] octets(Content content) throws IOException {
        byte[] all = new byte[(int) content.octets()];
        int done = 0;
        while (done < all.length) {
            int n = content.read(done, all, done, all.length - done);
            Finding.unless(n > 0, "content ends early");
            done += n;
        }
        return all;
    }

    /** Whether a CR, LF or NUL stands alone. */
    public static boolean bare(byte[] octets) {
        byte last = 0;
        for (byte octet : octets) {
            if (octet == 0 || (octet == '\n') != (last == '\r')) {
                return true;
            }
            last = octet;
        }
        return last == '\r';
    }
}

package postern.oauth;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import postern.base.Digest;
import postern.base.DiskFile;
import postern.base.World;

/**
 * The refresh tokens that endpoints gave in the place of those of the operator's files, each in a
 * file of its own, mode 0600: who loses one has to ask the user again. The first line of a file
 * says to which of the operator's tokens it belongs, so that a new one of his comes before it. Two
 * processes that overlap at a reload take turns by a lock. Any task, one at a time for each source.
 */
final class RefreshTokens {
    /** How often another process's lock is tried, a second apart. */
    private static final int TURNS_MAX = 40;

    private static final Duration TURN = Duration.ofSeconds(1);
    private static final String UNFINISHED = "+";
    private static final String LOCK = ".lock";

    private final World world;
    private final Path folder;
    private final Map<String, String> unsaved = new HashMap<>(); // guarded by itself

    /**
     * @param folder for these files and no others
     */
    RefreshTokens(World world, Path folder) {
        this.world = world;
        this.folder = folder;
    }

    /**
     * Until it is closed no other process asks with the source's token.
     *
     * @throws IOException the folder cannot be used, or the other does not end
     */
    Closeable turn(String source) throws IOException {
        if (!world.disk().exists(folder)) {
            world.disk().createDirectories(folder);
        }
        Path path = folder.resolve(source + LOCK);
        DiskFile file =
                world.disk().exists(path) ? world.disk().open(path) : world.disk().create(path);
        for (int i = 0; i < TURNS_MAX; i++) {
            if (file.tryLock()) {
                return file;
            }
            world.clock().sleep(TURN);
        }
        file.close();
        throw new IOException("another process of ours does not end its request");
    }

    /**
     * The token to ask with.
     *
     * @param first that of the operator
     * @throws IOException what was kept cannot be read
     */
    String current(String source, String first) throws IOException {
        String digest = digest(first);
        synchronized (unsaved) {
            String known = unsaved.get(source + digest);
            if (known != null) {
                return known;
            }
        }
        Path file = folder.resolve(source);
        if (!world.disk().exists(file)) {
            return first;
        }
        List<String> lines = Secrets.whole(world.disk(), file).lines().toList();
        boolean ours =
                lines.size() == 2 && lines.getFirst().equals(digest) && Secrets.fits(lines.get(1));
        return ours ? lines.get(1) : first;
    }

    /**
     * Keeps what was given in its place.
     *
     * @throws IOException it will not outlive this process
     */
    void keep(String source, String first, String given) throws IOException {
        String digest = digest(first);
        synchronized (unsaved) {
            unsaved.put(source + digest, given);
        }
        Path unfinished = folder.resolve(UNFINISHED + source);
        if (world.disk().exists(unfinished)) {
            world.disk().delete(unfinished);
        }
        try (DiskFile open = world.disk().create(unfinished)) {
            String text = digest + "\n" + given + "\n";
            open.write(0, ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
            open.sync();
        }
        world.disk().replace(unfinished, folder.resolve(source));
        world.disk().syncDirectory(folder);
        synchronized (unsaved) {
            unsaved.remove(source + digest);
        }
    }

    private static String digest(String token) {
        return Digest.sha256(token.getBytes(StandardCharsets.US_ASCII));
    }
}

package postern.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import postern.base.DiskFile;
import postern.base.World;

/** The folder for what could not be read: copies by name, each made once, durable. */
final class DamagedFiles {
    private static final int STEP_OCTETS = 1 << 20;

    private final World world;
    private final Path queueDirectory;
    private final Path directory;

    DamagedFiles(World world, Path queueDirectory) {
        this.world = world;
        this.queueDirectory = queueDirectory;
        this.directory = queueDirectory.resolve("damaged");
    }

    /** Reads as {@link DiskFile#read} does. */
    interface Source {
        int read(ByteBuffer into, long position) throws IOException;
    }

    /**
     * Copies so many octets.
     *
     * @return the path of the copy, relative to the queue's directory
     */
    String copy(String name, long octets, Source source) throws IOException {
        make();
        Path path = directory.resolve(name);
        String shown = "damaged/" + name;
        if (world.disk().exists(path)) {
            try (DiskFile former = world.disk().openRead(path)) {
                if (former.size() == octets) {
                    return shown;
                }
            }
            world.disk().delete(path);
        }
        try (DiskFile file = world.disk().create(path)) {
            ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(STEP_OCTETS, octets));
            long at = 0;
            while (at < octets) {
                buffer.clear().limit((int) Math.min(buffer.capacity(), octets - at));
                if (source.read(buffer, at) <= 0) {
                    throw new IOException("damaged region shrinks while it is read");
                }
                int count = buffer.flip().remaining();
                file.write(at, buffer);
                at += count;
            }
            file.sync();
        }
        world.disk().syncDirectory(directory);
        return shown;
    }

    /**
     * Moves a whole file of the log here, under its own name with a number behind it where that is
     * taken.
     *
     * @return its new path, relative to the queue's directory
     */
    String move(Path file) throws IOException {
        make();
        String name = String.valueOf(file.getFileName());
        String free = name;
        for (int n = 1; world.disk().exists(directory.resolve(free)); n++) {
            free = name + "." + n;
        }
        world.disk().move(file, directory.resolve(free));
        world.disk().syncDirectory(directory);
        Path from = file.getParent();
        if (from != null) {
            world.disk().syncDirectory(from);
        }
        return "damaged/" + free;
    }

    private void make() throws IOException {
        if (!world.disk().exists(directory)) {
            world.disk().createDirectories(directory);
            world.disk().syncDirectory(queueDirectory);
        }
    }
}

package postern.spool;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import postern.base.World;
import postern.spool.Spool.NoSpace;

/** Asks the disk for room, at most once a second. Any thread. */
final class FreeSpace {
    private static final Duration TRUSTED = Duration.ofSeconds(1);

    private final World world;
    private final Path directory;
    private final long floorOctets;
    private volatile Known known;

    private record Known(long usableOctets, long nanoTime) {}

    FreeSpace(World world, Path directory, long floorOctets) {
        this.world = world;
        this.directory = directory;
        this.floorOctets = floorOctets;
        this.known = new Known(0, world.clock().nanoTime() - TRUSTED.toNanos());
    }

    /**
     * Demands room for so many octets, beside the floor.
     *
     * @throws NoSpace there is none
     */
    void demand(long octets) throws IOException {
        Known last = known;
        long now = world.clock().nanoTime();
        if (now - last.nanoTime() >= TRUSTED.toNanos()) {
            last = new Known(world.disk().usableOctets(directory), now);
            known = last;
        }
        if (last.usableOctets() - floorOctets < octets) {
            throw new NoSpace(
                    "queue disk has "
                            + last.usableOctets()
                            + " octets free, needs "
                            + octets
                            + " and "
                            + floorOctets
                            + " in reserve");
        }
    }

    /** A failure of the disk, as {@link NoSpace} where that is what it says. */
    static Throwable said(Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        boolean full =
                message.contains("No space left") || message.contains("quota exceeded"); // errno(3)
        if (!full || !(failure instanceof IOException)) {
            return failure;
        }
        NoSpace noSpace = new NoSpace(message);
        noSpace.initCause(failure);
        return noSpace;
    }
}

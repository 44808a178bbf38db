package postern.smtp;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import postern.base.Clock;
import postern.base.DiskFile;
import postern.base.LayeredPeer;
import postern.base.Peer;
import postern.base.TimedOut;

/**
 * Gives each block that is written its own time (RFC 5321 §4.5.3.2.5), and all that is written
 * until the next call of {@link #flow} a time together, so that a host which takes an octet now and
 * then does not keep us. One task only.
 */
final class PacedPeer extends LayeredPeer {
    private static final long BLOCK_OCTETS = 256 * 1024;

    private final Duration limit;
    private final Clock clock;
    private long until;

    /**
     * @param limit for each block
     */
    PacedPeer(Peer peer, Duration limit, Clock clock) {
        super(peer);
        this.limit = limit;
        this.clock = clock;
        this.until = clock.nanoTime() + limit.toNanos();
    }

    /** From now on writes may take so long together. */
    void flow(Duration together) {
        until = clock.nanoTime() + together.toNanos();
    }

    private void arm() throws TimedOut {
        long left = until - clock.nanoTime();
        if (left <= 0) {
            throw new TimedOut("the message flows too slowly");
        }
        expireAfter(left < limit.toNanos() ? Duration.ofNanos(left) : limit);
    }

    @Override
    public void write(ByteBuffer... buffers) throws IOException {
        arm();
        super.write(buffers);
    }

    @Override
    public void send(DiskFile file, long position, long length) throws IOException {
        long sent = 0;
        while (sent < length) {
            long block = Math.min(BLOCK_OCTETS, length - sent);
            arm();
            super.send(file, position + sent, block);
            sent += block;
        }
    }
}

package postern.base.system;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import jdk.net.ExtendedSocketOptions;
import postern.base.Bug;
import postern.base.DiskFile;
import postern.base.Endpoint;
import postern.base.Peer;
import postern.base.TimedOut;

/** A peer over a blocking channel, for virtual threads. */
final class ChannelPeer implements Peer {
    private static final int SENT_OCTETS = 64 * 1024;

    /**
     * Most that one gathering write is given. The JDK copies all that it is given out of the heap,
     * each time anew when the socket takes only a part: a long message in one call is copied
     * several times.
     */
    private static final int GATHERED_OCTETS_MAX = 128 * 1024;

    private final SocketChannel channel;
    private final Endpoint remote;
    private final Endpoint local;
    private final Deadlines deadlines;
    private volatile long expires; // nanoTime; 0 = never
    private volatile boolean expired;
    private boolean listed; // the peer's thread only

    ChannelPeer(SocketChannel channel, Endpoint remote, Endpoint local, Deadlines deadlines) {
        this.channel = channel;
        this.remote = remote;
        this.local = local;
        this.deadlines = deadlines;
    }

    @Override
    public Endpoint remote() {
        return remote;
    }

    @Override
    public Endpoint local() {
        return local;
    }

    @Override
    public void expireAfter(Duration limit) {
        if (limit.isZero()) {
            expires = 0;
            if (listed) {
                listed = false;
                deadlines.disarm(this);
            }
            return;
        }
        expires = Math.max(1, System.nanoTime() + limit.toNanos());
        if (!listed) {
            listed = true;
            deadlines.arm(this);
        }
    }

    void closeIfExpired(long now) {
        long limit = expires;
        if (limit == 0 || now - limit < 0) {
            return;
        }
        if (expired) {
            close();
            return;
        }
        expired = true;
        try {
            channel.shutdownInput(); // wakes a read; a write that waits is for the next look
        } catch (IOException gone) {
            close();
        }
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        return read(ByteBuffer.wrap(into, offset, length));
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        try {
            int n = channel.read(into);
            if (n < 0 && expired) {
                throw new TimedOut("no answer in time from " + remote);
            }
            return n;
        } catch (TimedOut late) {
            throw late;
        } catch (IOException failed) {
            throw explained(failed);
        }
    }

    @Override
    public boolean waiting() {
        try {
            return local instanceof Endpoint.Tcp
                    && channel.socket().getInputStream().available() > 0;
        } catch (IOException gone) {
            return false; // who reads next will hear of it
        }
    }

    @Override
    public void write(ByteBuffer... buffers) throws IOException {
        try {
            int first = 0;
            while (first < buffers.length) {
                if (!buffers[first].hasRemaining()) {
                    first++;
                } else if (first == buffers.length - 1) {
                    channel.write(buffers[first]);
                } else {
                    channel.write(buffers, first, gathered(buffers, first));
                }
            }
        } catch (IOException failed) {
            throw explained(failed);
        }
    }

    /** How many of the buffers go in one call: one at the least. */
    private static int gathered(ByteBuffer[] buffers, int first) {
        long octets = buffers[first].remaining();
        int next = first + 1;
        while (next < buffers.length) {
            octets += buffers[next].remaining();
            if (octets > GATHERED_OCTETS_MAX) {
                break;
            }
            next++;
        }
        return next - first;
    }

    @Override
    public void send(DiskFile file, long position, long length) throws IOException {
        Bug.unless(file instanceof ChannelFile, "files and peers are of one world");
        FileChannel source = ((ChannelFile) file).channel();
        try {
            long sent = 0;
            while (sent < length) {
                long n = source.transferTo(position + sent, length - sent, channel);
                // 0: the peer's buffer is full. Only a write waits for room: to try again would
                // spin.
                sent += n > 0 ? n : copyBlock(source, position + sent, length - sent);
            }
        } catch (IOException failed) {
            throw explained(failed);
        }
    }

    private int copyBlock(FileChannel source, long position, long length) throws IOException {
        ByteBuffer block = ByteBuffer.allocate((int) Math.min(length, SENT_OCTETS));
        if (source.read(block, position) < 0) {
            throw new IOException("file ends before the region that was to be sent");
        }
        block.flip();
        int octets = block.remaining();
        while (block.hasRemaining()) {
            channel.write(block);
        }
        return octets;
    }

    @Override
    public Optional<String> user() throws IOException {
        if (!(local instanceof Endpoint.Local)) {
            return Optional.empty();
        }
        return Optional.of(channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName());
    }

    @Override
    public void close() {
        deadlines.disarm(this);
        try {
            channel.close();
        } catch (IOException ignored) {
            // nothing that was sent depends on it: the peer's reply did
        }
    }

    private IOException explained(IOException failed) {
        return expired ? new TimedOut("no answer in time from " + remote) : failed;
    }
}

package postern.testkit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a connection: octets in order, late by some virtual time, split anywhere. Either
 * end may give up; then the other finds out as it would from a kernel.
 */
final class SimPipe {
    private final Baton baton;
    private final SplittableRandom random;
    private final Weather weather;
    private final int capacity;
    private final ArrayDeque<Chunk> chunks = new ArrayDeque<>();
    private final Waiters readers = new Waiters();
    private final Waiters writers = new Waiters();
    private int buffered;
    private long lastArrival;
    private boolean ended;
    private boolean readerGone;
    private boolean stalled;
    private @Nullable String broken;

    private record Chunk(ByteBuffer octets, long arrival) {}

    SimPipe(Baton baton, SplittableRandom random, Weather weather) {
        this.baton = baton;
        this.random = random;
        this.weather = weather;
        this.capacity = 1 << random.nextInt(weather.pipeBitsMin(), weather.pipeBitsMax() + 1);
    }

    /** Reads what has arrived, or part of it; waits for some. */
    int read(byte[] into, int offset, int length, SimPeer reader) throws IOException {
        while (true) {
            reader.check();
            reader.checkTime();
            if (broken != null) {
                throw new IOException(broken);
            }
            Chunk first = chunks.peek();
            if (!stalled && first != null && first.arrival <= baton.now()) {
                return take(first, into, offset, length);
            }
            if (!stalled && first == null && ended && lastArrival <= baton.now()) {
                return -1;
            }
            long due = Long.MAX_VALUE;
            if (!stalled && first != null) {
                due = first.arrival;
            } else if (!stalled && ended) {
                due = lastArrival;
            }
            baton.await(readers, due);
        }
    }

    private int take(Chunk chunk, byte[] into, int offset, int length) {
        int n = Math.min(length, chunk.octets.remaining());
        if (random.nextInt(8) == 0) {
            n = Math.min(n, 1 + random.nextInt(7)); // octets come in any portions
        }
        chunk.octets.get(into, offset, n);
        if (!chunk.octets.hasRemaining()) {
            chunks.poll();
        }
        buffered -= n;
        baton.wake(writers);
        return n;
    }

    /** Writes all, waiting for room. */
    void write(ByteBuffer from, SimPeer writer) throws IOException {
        while (from.hasRemaining()) {
            writer.check();
            if (broken != null) {
                throw new IOException(broken);
            }
            if (readerGone) {
                broken = "Broken pipe"; // the first write is swallowed, as a kernel does
                from.position(from.limit());
                return;
            }
            int room = capacity - buffered;
            if (room == 0) {
                baton.await(writers, Long.MAX_VALUE);
            } else {
                put(from, Math.min(room, from.remaining()));
            }
        }
    }

    private void put(ByteBuffer from, int most) {
        int n = random.nextInt(4) == 0 ? 1 + random.nextInt(most) : most;
        byte[] octets = new byte[n];
        from.get(octets);
        lastArrival = Math.max(lastArrival, baton.now() + weather.latency(random));
        chunks.add(new Chunk(ByteBuffer.wrap(octets), lastArrival));
        buffered += n;
        baton.wake(readers);
    }

    /** The writer closed: what was written still arrives, then the end. */
    void end() {
        ended = true;
        lastArrival = Math.max(lastArrival, baton.now() + weather.latency(random));
        wakeAll();
    }

    /** The reader closed. */
    void abandon() {
        readerGone = true;
        chunks.clear();
        buffered = 0;
        wakeAll();
    }

    /** Both ends fail from now on; what is on its way is lost. */
    void breakDown(String why) {
        if (broken == null) {
            broken = why;
        }
        wakeAll();
    }

    /** Nothing arrives any more and nobody is told. */
    void stall() {
        stalled = true;
    }

    boolean unread() {
        return buffered > 0;
    }

    void wakeAll() {
        baton.wake(readers);
        baton.wake(writers);
    }
}

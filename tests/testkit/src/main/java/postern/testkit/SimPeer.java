package postern.testkit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import postern.base.DiskFile;
import postern.base.Endpoint;
import postern.base.Peer;
import postern.base.TimedOut;

/** One end of a simulated connection. */
final class SimPeer implements Peer {
    private static final int SEND_OCTETS = 8192;

    /** After the time for reading is over, something may still be said for so long. */
    private static final Duration LAST_WORD = Duration.ofSeconds(1);

    private final Baton baton;
    private final SplittableRandom random;
    private final Weather weather;
    private @Nullable SimProcess owner; // null while it waits in a backlog
    private final String otherUser;
    private final Endpoint remote;
    private final Endpoint local;
    private final SimPipe in;
    private final SimPipe out;
    private long expires = Long.MAX_VALUE;
    private boolean alarmSet;
    private boolean expired;
    private boolean closed;

    SimPeer(
            SimNetwork.Ends ends,
            String otherUser,
            Endpoint remote,
            Endpoint local,
            SimPipe in,
            SimPipe out) {
        this.baton = ends.baton();
        this.random = ends.random();
        this.weather = ends.weather();
        this.otherUser = otherUser;
        this.remote = remote;
        this.local = local;
        this.in = in;
        this.out = out;
    }

    /** Whose end this is: it breaks when that process dies. */
    void belongTo(SimProcess process) {
        owner = process;
        process.adopt(this);
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
        expires = limit.isZero() ? Long.MAX_VALUE : baton.now() + limit.toNanos();
        setAlarm();
    }

    private void setAlarm() {
        if (!alarmSet && !closed && expires != Long.MAX_VALUE) {
            alarmSet = true;
            baton.at(expires, this::alarm);
        }
    }

    private void alarm() {
        alarmSet = false;
        if (!closed && baton.now() >= expires) {
            expired = true;
            in.wakeAll();
            baton.at(baton.now() + LAST_WORD.toNanos(), this::close);
        } else {
            setAlarm(); // it was set anew since
        }
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        trouble();
        checkTime();
        return in.read(into, offset, length, this);
    }

    @Override
    public boolean waiting() {
        return in.unread();
    }

    @Override
    public void write(ByteBuffer... buffers) throws IOException {
        for (ByteBuffer buffer : buffers) {
            trouble();
            out.write(buffer, this);
        }
    }

    @Override
    public void send(DiskFile file, long position, long length) throws IOException {
        long sent = 0;
        while (sent < length) {
            ByteBuffer some = ByteBuffer.allocate((int) Math.min(SEND_OCTETS, length - sent));
            int n = file.read(some, position + sent);
            if (n < 0) {
                throw new IOException("file ends before the region that was to be sent");
            }
            write(some.flip());
            sent += n;
        }
    }

    @Override
    public Optional<String> user() {
        return local instanceof Endpoint.Local ? Optional.of(otherUser) : Optional.empty();
    }

    /** Throws when this end is closed. */
    void check() throws IOException {
        if (closed) {
            checkTime();
            throw new IOException("connection is closed");
        }
    }

    /** Throws when the time for reading is over. */
    void checkTime() throws TimedOut {
        if (expired) {
            throw new TimedOut("no answer in time from " + remote);
        }
    }

    private void trouble() throws IOException {
        baton.pause();
        check();
        if (Weather.happens(random, weather.resetOneIn())) {
            reset();
        }
        if (Weather.happens(random, weather.stallOneIn())) {
            in.stall();
            out.stall();
        }
    }

    /** The connection breaks for both ends. */
    void reset() {
        in.breakDown("Connection reset by peer");
        out.breakDown("Connection reset by peer");
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        SimProcess mine = owner;
        if (mine != null) {
            mine.forget(this);
        }
        if (in.unread() && random.nextInt(4) != 0) {
            out.breakDown("Connection reset by peer"); // what we sent may be lost with it
        }
        out.end();
        in.abandon();
        in.wakeAll();
        out.wakeAll();
    }
}

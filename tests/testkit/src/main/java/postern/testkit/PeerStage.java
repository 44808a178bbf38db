package postern.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import postern.base.Clock;
import postern.base.Peer;

/** A {@link Dialogue} played by the client's end of a connection. */
public final class PeerStage implements Dialogue.Stage {
    /** Between two pieces, so that the server reads each by itself. */
    private static final Duration BETWEEN = Duration.ofMillis(1);

    private Peer peer;
    private Upgrade upgrade =
            _ -> {
                throw new IOException("this stage has no TLS");
            };
    private final Clock clock;
    private final int cut;
    private final Supplier<List<String>> log;
    private final Supplier<List<String>> queue;

    /** How a client goes over to TLS. */
    public interface Upgrade {
        Peer over(Peer plain) throws IOException;
    }

    /**
     * @param cut octets sent at once; 0: as many as there are
     */
    public PeerStage(
            Peer peer,
            Clock clock,
            int cut,
            Supplier<List<String>> log,
            Supplier<List<String>> queue) {
        this.peer = peer;
        this.clock = clock;
        this.cut = cut;
        this.log = log;
        this.queue = queue;
    }

    public PeerStage withTls(Upgrade how) {
        upgrade = how;
        return this;
    }

    @Override
    public void tls() throws IOException {
        peer = upgrade.over(peer);
    }

    @Override
    public void send(byte[] octets) throws IOException {
        int step = cut == 0 ? octets.length : cut;
        for (int at = 0; at < octets.length; at += step) {
            if (at > 0) {
                clock.sleep(BETWEEN);
            }
            peer.write(ByteBuffer.wrap(octets, at, Math.min(step, octets.length - at)));
        }
    }

    @Override
    public Optional<String> line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        byte[] one = new byte[1];
        while (true) {
            int n = peer.read(one, 0, 1);
            if (n < 0) {
                return Optional.empty();
            }
            if (one[0] == '\n') {
                String text = line.toString(StandardCharsets.UTF_8);
                return Optional.of(
                        text.endsWith("\r") ? text.substring(0, text.length() - 1) : text);
            }
            line.write(one[0]);
        }
    }

    @Override
    public void tick(Duration time) {
        clock.sleep(time);
    }

    @Override
    public List<String> log() {
        return log.get();
    }

    @Override
    public List<String> queue() {
        return queue.get();
    }
}

package postern.base;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The connections of a service that only our own programs reach: a bounded number at once, each in
 * a task of its own. Any thread.
 */
public final class Connections {
    /** After an accept that failed (too many open files), so as not to spin. */
    private static final Duration ACCEPT_PAUSE = Duration.ofSeconds(1);

    private final World world;
    private final String program;
    private final int max;
    private final AtomicInteger open = new AtomicInteger();

    /**
     * @param program whose they are, for the log
     * @param max connections at once; what comes on top is hung up on
     */
    public Connections(World world, String program, int max) {
        this.world = world;
        this.program = program;
        this.max = max;
    }

    /**
     * Takes them until the listener is closed.
     *
     * @param conversation gets each; it is closed when that returns
     */
    public void serve(Listener listener, Consumer<Peer> conversation) {
        while (true) {
            Peer peer;
            try {
                peer = listener.accept();
            } catch (ClosedChannelException closed) {
                return;
            } catch (IOException failed) {
                world.log().warning(LogLine.about(program).with("accept", failed.getMessage()));
                world.clock().sleep(ACCEPT_PAUSE);
                continue;
            }
            if (open.incrementAndGet() > max) {
                open.decrementAndGet();
                peer.close();
            } else {
                world.tasks().start(program + " connection", () -> converse(peer, conversation));
            }
        }
    }

    private void converse(Peer peer, Consumer<Peer> conversation) {
        try (peer) {
            conversation.accept(peer);
        } finally {
            open.decrementAndGet();
        }
    }
}

package postern.ipc;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import postern.base.Listener;
import postern.base.LogLine;
import postern.base.Peer;
import postern.base.World;

/**
 * Serves the hand-over on a listener: one task for each connection, for as long as the client keeps
 * it.
 */
public final class LmtpServer {
    /** How long a listener that fails is left alone; out of descriptors, most likely. */
    private static final Duration ACCEPT_PAUSE = Duration.ofMillis(100);

    private final World world;
    private final String name;
    private final Supplier<LmtpSession> sessions;
    private final Set<LmtpConversation> conversations = new LinkedHashSet<>(); // guarded by itself
    private @Nullable Runnable whenEnded; // guarded by conversations
    private volatile boolean draining;

    /**
     * @param name the program, for greeting and log
     */
    public LmtpServer(World world, String name, Supplier<LmtpSession> sessions) {
        this.world = world;
        this.name = name;
        this.sessions = sessions;
    }

    /** Accepts until the listener is closed by {@link #drain}. */
    public void serve(Listener listener) {
        while (!draining) {
            try {
                Peer peer = listener.accept();
                world.tasks().start(name + "-handover", () -> converse(peer));
            } catch (ClosedChannelException closed) {
                return;
            } catch (IOException failed) {
                if (!draining) {
                    world.log().warning(LogLine.about(name).with("accept", failed));
                    world.clock().sleep(ACCEPT_PAUSE);
                }
            }
        }
    }

    /**
     * No more connections; transactions under way are finished, then {@code ended} runs. A client
     * finds its connection closed before it writes the next message, and goes to our successor.
     * Must not wait.
     */
    public void drain(Listener listener, Runnable ended) {
        draining = true;
        listener.close();
        List<LmtpConversation> open;
        synchronized (conversations) {
            open = List.copyOf(conversations);
            whenEnded = ended;
        }
        open.forEach(LmtpConversation::closeIfIdle);
        if (open.isEmpty()) {
            ended.run();
        }
    }

    private void converse(Peer peer) {
        try (peer;
                LmtpSession session = sessions.get()) {
            var conversation = new LmtpConversation(peer, name, session, world);
            enter(conversation);
            try {
                conversation.run();
            } finally {
                leave(conversation);
            }
        } catch (IOException gone) {
            if (!draining) {
                world.log().info(LogLine.about(name).with("handover", gone));
            }
        }
    }

    private void enter(LmtpConversation conversation) {
        synchronized (conversations) {
            conversations.add(conversation);
        }
        if (draining) {
            conversation.closeIfIdle();
        }
    }

    private void leave(LmtpConversation conversation) {
        Runnable ended = null;
        synchronized (conversations) {
            conversations.remove(conversation);
            if (draining && conversations.isEmpty()) {
                ended = whenEnded;
            }
        }
        if (ended != null) {
            ended.run();
        }
    }
}

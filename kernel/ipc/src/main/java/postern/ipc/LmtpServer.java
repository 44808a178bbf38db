package postern.ipc;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
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
    private final BiConsumer<String, Runnable> start;
    private final Set<LmtpConversation> conversations = new LinkedHashSet<>(); // guarded by itself
    private int connections; // guarded by conversations: each from accept to close
    private @Nullable Runnable whenEnded; // guarded by conversations; runs once
    private volatile boolean draining;

    /**
     * @param name the program, for greeting and log
     */
    public LmtpServer(World world, String name, Supplier<LmtpSession> sessions) {
        this(world, name, sessions, world.tasks()::start);
    }

    /**
     * @param start by which of the world's {@link postern.base.Tasks} each connection has its task
     */
    public LmtpServer(
            World world,
            String name,
            Supplier<LmtpSession> sessions,
            BiConsumer<String, Runnable> start) {
        this.world = world;
        this.name = name;
        this.sessions = sessions;
        this.start = start;
    }

    /** Accepts until the listener is closed by {@link #drain}. */
    public void serve(Listener listener) {
        while (!draining) {
            try {
                Peer peer = listener.accept();
                synchronized (conversations) {
                    connections++;
                }
                start.accept(name + "-handover", () -> converse(peer));
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
        endWhenAlone();
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
        } finally {
            synchronized (conversations) {
                connections--;
            }
            endWhenAlone();
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
        synchronized (conversations) {
            conversations.remove(conversation);
        }
    }

    /** A connection that the kernel had taken before the drain may still come and go afterwards. */
    private void endWhenAlone() {
        Runnable ended = null;
        synchronized (conversations) {
            if (connections == 0) {
                ended = whenEnded;
                whenEnded = null;
            }
        }
        if (ended != null) {
            ended.run();
        }
    }
}

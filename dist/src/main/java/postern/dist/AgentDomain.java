package postern.dist;

import java.util.function.Supplier;
import postern.base.Listener;
import postern.base.World;
import postern.ipc.LmtpServer;
import postern.ipc.LmtpSession;

/** What every domain that serves the hand-over has in common. */
final class AgentDomain {
    private AgentDomain() {}

    /**
     * Serves until drained; then the attempts under way are finished, and their connections with
     * them.
     */
    static Running serve(
            World world, String name, Supplier<LmtpSession> sessions, Listener listener) {
        var server = new LmtpServer(world, name, sessions);
        world.tasks().start(name, () -> server.serve(listener));
        return ended -> server.drain(listener, ended);
    }
}

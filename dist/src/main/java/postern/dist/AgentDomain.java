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
        return serve(world, name, new LmtpServer(world, name, sessions), listener);
    }

    /**
     * The same for agents that write files: what they wait for is a disk, and a thread that has
     * become the recipient. A virtual thread would have to be brought back by others each time.
     */
    static Running serveFiles(
            World world, String name, Supplier<LmtpSession> sessions, Listener listener) {
        var server = new LmtpServer(world, name, sessions, world.tasks()::startWorker);
        return serve(world, name, server, listener);
    }

    private static Running serve(World world, String name, LmtpServer server, Listener listener) {
        world.tasks().start(name, () -> server.serve(listener));
        return ended -> server.drain(listener, ended);
    }
}

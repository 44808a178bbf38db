package postern.table;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import postern.base.Endpoint;
import postern.base.Peer;
import postern.base.TimedOut;
import postern.base.World;

/** Servers of which one is as good as the other, the first being preferred. Any thread. */
public final class Servers {
    /** One that refuses connections is left alone for so long. */
    private static final Duration REST = Duration.ofSeconds(1);

    /** One that does not answer at all costs more time to try. */
    private static final Duration REST_SILENT = Duration.ofSeconds(10);

    private final World world;
    private final List<Endpoint> servers;
    private final AtomicReferenceArray<@Nullable Down> downs;

    private record Down(long until, String why) {}

    public Servers(World world, List<Endpoint> servers) {
        this.world = world;
        this.servers = List.copyOf(servers);
        this.downs = new AtomicReferenceArray<>(servers.size());
    }

    /**
     * To the first that takes the connection.
     *
     * @param limit for each that is tried
     * @throws IOException none does, or none has done so a moment ago
     */
    public Peer connect(Duration limit) throws IOException {
        String why = "no server";
        for (int i = 0; i < servers.size(); i++) {
            Down down = downs.get(i);
            if (down != null && world.clock().nanoTime() - down.until < 0) {
                why = down.why;
                continue;
            }
            try {
                return world.network().connect(servers.get(i), limit);
            } catch (IOException failed) {
                Duration rest = failed instanceof TimedOut ? REST_SILENT : REST;
                why = servers.get(i) + ": " + failed.getMessage();
                downs.set(i, new Down(world.clock().nanoTime() + rest.toNanos(), why));
            }
        }
        throw new IOException(why);
    }

    @Override
    public String toString() {
        return servers.size() == 1 ? servers.getFirst().toString() : servers.toString();
    }
}

package postern.lookup;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import postern.base.Endpoint;
import postern.base.World;
import postern.table.Netstrings;
import postern.table.SocketMap;
import postern.table.Table;

/** A table of another socketmap server: docs/protocols/lookup.md. Any thread. */
final class SocketMapTable implements Table {
    private final Backends<Endpoint, Netstrings> servers;
    private final String map;
    private final Duration limit;
    private final String origin;

    /** Connections on which netstrings are spoken. */
    private record Driver(World world, Duration limit)
            implements Backends.Driver<Endpoint, Netstrings> {
        @Override
        public Netstrings connect(Endpoint server) throws Unavailable {
            try {
                return new Netstrings(world.network().connect(server, limit));
            } catch (IOException failed) {
                throw Unavailable.of(failed);
            }
        }

        @Override
        public void close(Netstrings connection) {
            connection.close();
        }

        @Override
        public boolean stale(Netstrings connection) {
            return connection.stale();
        }

        @Override
        public Duration lifetime() {
            return Lines.LIFETIME;
        }
    }

    /**
     * @param map the table's name at the server
     * @param limit of time for one answer
     */
    SocketMapTable(
            World world,
            List<Endpoint> servers,
            int connections,
            Duration limit,
            String map,
            String origin) {
        this.servers = new Backends<>(world, servers, new Driver(world, limit), connections, limit);
        this.map = map;
        this.limit = limit;
        this.origin = origin;
    }

    @Override
    public Answer lookup(String key) {
        String request = map + " " + key;
        return SocketMap.possible(request)
                ? servers.ask(connection -> ask(connection, request))
                : Answer.ABSENT;
    }

    private Answer ask(Netstrings connection, String request) throws Unavailable {
        try {
            connection.expireAfter(limit);
            connection.write(request);
            String reply =
                    connection
                            .read(SocketMap.REPLY_OCTETS_MAX)
                            .orElseThrow(() -> new IOException("the server closed"));
            connection.expireAfter(Duration.ZERO);
            return SocketMap.parse(reply, origin);
        } catch (IOException failed) {
            throw Unavailable.of(failed);
        }
    }

    @Override
    public boolean waits() {
        return true;
    }
}

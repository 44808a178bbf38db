package postern.lookup;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import postern.base.Bug;
import postern.base.Endpoint;
import postern.base.World;
import postern.config.Settings;
import postern.table.NetworkKeys;
import postern.table.RemoteTables;
import postern.table.SocketMap;
import postern.table.Table;
import postern.table.TableConfig;
import postern.table.Tables;

/** Opens tables of other machines. Nobody is connected to before the first question. */
public final class Sources implements Tables.Remote {
    private final World world;

    public Sources(World world) {
        this.world = world;
    }

    /** Those tables, by name. */
    public Map<String, Table> open(List<TableConfig> configs) {
        Map<String, Table> tables = new TreeMap<>();
        configs.forEach(config -> tables.put(config.name(), source(config)));
        return tables;
    }

    /** The TCP ports of the servers that keep them. */
    public static Set<Integer> ports(List<TableConfig> configs) {
        Set<Integer> ports = new TreeSet<>();
        for (TableConfig config : configs) {
            for (Endpoint server : config.group().get(NetworkKeys.SERVERS)) {
                if (server instanceof Endpoint.Tcp tcp) {
                    ports.add(tcp.port());
                }
            }
        }
        return ports;
    }

    /** For who asks without the lookup domain between. */
    @Override
    public Table open(TableConfig config) {
        return RemoteTables.asPostfix(config, source(config));
    }

    private Table source(TableConfig config) {
        Settings.Group group = config.group();
        Duration limit = group.get(NetworkKeys.TIMEOUT);
        int connections = group.get(NetworkKeys.CONNECTIONS);
        List<Endpoint> servers = group.get(NetworkKeys.SERVERS);
        String origin = "table " + config.name() + " " + group.origin();
        return switch (config.kind()) {
            case SOCKETMAP -> {
                var map = new SocketMap(world, servers, connections, limit);
                yield new Elsewhere(map, group.get(NetworkKeys.MAP).orElse(""), origin);
            }
            case TCP -> new TcpTable(world, servers, connections, limit, origin);
            case INLINE,
                    FILE,
                    COMPILED,
                    REGEXP,
                    CIDR,
                    STATIC,
                    UNION,
                    FIRST,
                    PIPEMAP,
                    USERS,
                    ENVIRONMENT ->
                    throw new Bug(config.kind() + " is on this machine");
        };
    }

    /** A table of another socketmap server. */
    private record Elsewhere(SocketMap map, String name, String origin) implements Table {
        @Override
        public Answer lookup(String key) {
            return map.ask(name, key, origin);
        }

        @Override
        public boolean waits() {
            return true;
        }
    }
}

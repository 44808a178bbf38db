package postern.table;

import java.time.Duration;
import java.util.List;
import postern.base.Endpoint;
import postern.base.World;

/**
 * The tables that another process is asked for: for most domains that is the lookup domain, on a
 * socket of their own.
 */
public final class RemoteTables implements Tables.Remote {
    /**
     * Questions at once about one table. So bounded one by one, a table whose server hangs does not
     * hold up the others.
     */
    public static final int CONNECTIONS = 8;

    /** The lookup domain has this much time more than it gives a server. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final World world;
    private final Endpoint lookup;

    /**
     * @param lookup where the lookup domain listens for us
     */
    public RemoteTables(World world, Endpoint lookup) {
        this.world = world;
        this.lookup = lookup;
    }

    @Override
    public Table open(TableConfig config) {
        Duration limit = config.group().get(NetworkKeys.TIMEOUT).multipliedBy(2).plus(GRACE);
        var map = new SocketMap(world, List.of(lookup), CONNECTIONS, limit);
        String origin = config.group().origin();
        Table table = map.table(config.name(), "table " + config.name() + " " + origin);
        Duration span = config.group().get(NetworkKeys.CACHE);
        Table cached = span.isZero() ? table : new CachedTable(table, world.clock(), span);
        return asPostfix(config, cached);
    }

    /** Of tables that are asked for whole addresses and domains only, the others are kept back. */
    public static Table asPostfix(TableConfig config, Table table) {
        return config.kind().wholeOnly() ? new WholeOnly(table) : table;
    }

    /** Parts of addresses are not asked for, as in Postfix's socketmap and tcp tables. */
    private record WholeOnly(Table table) implements Table {
        @Override
        public Answer lookup(String key) {
            return table.lookup(key);
        }

        @Override
        public Answer lookupPart(String key) {
            return Answer.ABSENT;
        }

        @Override
        public boolean waits() {
            return true;
        }
    }
}

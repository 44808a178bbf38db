package postern.dist;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import postern.base.Listener;
import postern.base.World;
import postern.config.Settings;
import postern.lookup.LookupServer;
import postern.lookup.Sources;
import postern.table.Table;
import postern.table.TableConfig;

/** The domain that asks the servers which keep tables: lookup(8). */
public final class LookupDomain {
    private LookupDomain() {}

    /**
     * Starts it.
     *
     * @param listeners one for each domain that asks, by {@link Listeners#lookup}; on each the
     *     tables of that domain
     */
    public static Running start(World world, Settings settings, Map<String, Listener> listeners) {
        Map<String, Table> all = new Sources(world).open(tables(settings));
        List<Running> serving = new ArrayList<>();
        for (Powers powers : TableUses.asking(settings)) {
            Listener listener = listeners.get(Listeners.lookup(powers));
            if (listener != null) {
                Map<String, Table> some = new HashMap<>(all);
                some.keySet().retainAll(names(TableUses.remote(powers, settings)));
                var server = new LookupServer(world, some);
                world.tasks().start("lookup-" + powers.domain(), () -> server.serve(listener));
                serving.add(ended -> server.drain(listener, ended));
            }
        }
        return ended -> {
            var left = new AtomicInteger(serving.size());
            Runnable one =
                    () -> {
                        if (left.decrementAndGet() == 0) {
                            ended.run();
                        }
                    };
            serving.forEach(each -> each.drain(one));
        };
    }

    private static Set<String> names(List<TableConfig> tables) {
        Set<String> names = new LinkedHashSet<>();
        tables.forEach(table -> names.add(table.name()));
        return names;
    }

    /** Every table that some domain asks it for. */
    static List<TableConfig> tables(Settings settings) {
        List<TableConfig> all = new ArrayList<>();
        Set<String> seen = new LinkedHashSet<>();
        for (Powers powers : TableUses.asking(settings)) {
            for (TableConfig table : TableUses.remote(powers, settings)) {
                if (seen.add(table.name())) {
                    all.add(table);
                }
            }
        }
        return all;
    }

    /** The ports that it connects to. */
    static Set<Integer> ports(Settings settings) {
        return Sources.ports(tables(settings));
    }
}

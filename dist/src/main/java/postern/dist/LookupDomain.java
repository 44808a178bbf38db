package postern.dist;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import postern.base.Listener;
import postern.base.World;
import postern.config.Settings;
import postern.lookup.LookupConfig;
import postern.lookup.LookupServer;
import postern.lookup.Passwords;
import postern.lookup.Sources;
import postern.table.Table;
import postern.table.TableConfig;

/** The domain that asks the servers which keep tables: lookup(8). */
final class LookupDomain {
    private LookupDomain() {}

    /**
     * Starts it.
     *
     * @param listeners one for each domain that asks, by {@link Listeners#lookup}; on each the
     *     tables of that domain
     */
    static Running start(World world, Handed handed, Map<String, Listener> listeners) {
        Settings settings = handed.settings();
        var sources = new Sources(world, Passwords.handed(handed.secrets()), drivers(settings));
        Map<String, Table> all = sources.open(tables(settings));
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
        return Running.all(serving);
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

    /** Jars of drivers that the operator names. */
    static List<Path> drivers(Settings settings) {
        return settings.get(LookupConfig.SECTION, LookupConfig.DRIVERS);
    }

    /** What it reads: databases in files, authorities, jars of drivers. */
    static List<Path> files(Settings settings) {
        List<TableConfig> tables = tables(settings);
        List<Path> files = new ArrayList<>(Sources.files(tables));
        if (tables.stream().anyMatch(table -> table.kind() == TableConfig.Kind.MYSQL)) {
            files.addAll(drivers(settings));
        }
        return files;
    }

    /** The ports that it connects to. */
    static Set<Integer> ports(Settings settings) {
        return Sources.ports(tables(settings));
    }
}

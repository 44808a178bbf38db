package postern.table;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import postern.base.Bug;
import postern.base.Users;
import postern.base.World;
import postern.config.Settings;
import postern.table.TableConfig.Kind;

/** The tables of one process, each loaded when it is asked for first. One thread only. */
public final class Tables {
    private static final Map<Kind, HotTable.Source> SOURCES =
            Map.of(
                    Kind.FILE, MapTable::read,
                    Kind.COMPILED, CompiledTable::read,
                    Kind.REGEXP, RegexpTable::read,
                    Kind.CIDR, CidrTable::read);

    private final World world;
    private final Users users;
    private final Map<String, String> environment;
    private final Remote remote;
    private final Map<String, TableConfig> configured = new HashMap<>();
    private final Map<String, Table> open = new HashMap<>();

    /** Opens the tables that another process is asked for. */
    public interface Remote {
        Table open(TableConfig config);
    }

    /**
     * @param settings checked by {@link TableCheck}
     * @param environment what {@link #variables} named, as far as it was set
     */
    public Tables(World world, Settings settings, Users users, Map<String, String> environment) {
        this(
                world,
                settings,
                users,
                environment,
                config -> new SmallTables.Unavailable("nobody asks table " + config.name()));
    }

    /**
     * @param remote opens those of other processes
     */
    public Tables(
            World world,
            Settings settings,
            Users users,
            Map<String, String> environment,
            Remote remote) {
        this.remote = remote;
        this.world = world;
        this.users = users;
        this.environment = Map.copyOf(environment);
        TableConfig.all(settings).forEach(table -> configured.put(table.name(), table));
    }

    /** The table of that name, loaded. */
    public Table get(String name) {
        Table known = open.get(name);
        if (known == null) {
            TableConfig config = configured.get(name);
            if (config == null) {
                throw new Bug("the names of tables were checked: " + name);
            }
            known = open(config);
            open.put(name, known);
        }
        return known;
    }

    public List<Table> get(List<String> names) {
        return names.stream().map(this::get).toList();
    }

    private Table open(TableConfig config) {
        Settings.Group group = config.group();
        return switch (config.kind()) {
            case INLINE ->
                    MapTable.inline(
                            group.origin(TableConfig.ENTRIES), group.get(TableConfig.ENTRIES));
            case STATIC ->
                    new SmallTables.Static(
                            group.get(TableConfig.VALUE).orElse(""),
                            group.origin(TableConfig.VALUE));
            case FIRST -> new Combined(Combined.Way.FIRST, get(config.tables()));
            case UNION -> new Combined(Combined.Way.UNION, get(config.tables()));
            case PIPEMAP -> new Combined(Combined.Way.PIPE, get(config.tables()));
            case USERS -> new SmallTables.SystemUsers(users);
            case ENVIRONMENT -> {
                Map<String, String> values = new LinkedHashMap<>(environment);
                values.keySet().retainAll(group.get(TableConfig.VARIABLES));
                yield new SmallTables.Variables(values);
            }
            case FILE, COMPILED, REGEXP, CIDR ->
                    HotTable.open(
                            world,
                            config.name(),
                            path(config),
                            source(config.kind())
                                    .orElseThrow(
                                            () -> new Bug(config.kind() + " is read from a file")));
            case SOCKETMAP, TCP, PGSQL, MYSQL, SQLITE, LDAP, MEMCACHE, REDIS -> remote.open(config);
        };
    }

    static Path path(TableConfig config) {
        return config.file().orElseThrow(() -> new Bug("a path was checked to be there"));
    }

    /** How the file of such a table is read; empty for kinds that are in none. */
    static Optional<HotTable.Source> source(Kind kind) {
        return Optional.ofNullable(SOURCES.get(kind));
    }

    /** The names that those keys name, and of what the tables named are made. */
    public static Set<String> used(Settings settings, List<TableConfig.Use> uses) {
        Map<String, TableConfig> configured = new HashMap<>();
        TableConfig.all(settings).forEach(table -> configured.put(table.name(), table));
        Set<String> found = new LinkedHashSet<>();
        for (TableConfig.Use use : uses) {
            for (Settings.Group group : use.groups(settings)) {
                use.names().apply(group).forEach(name -> add(name, configured, found));
            }
        }
        return found;
    }

    private static void add(String name, Map<String, TableConfig> configured, Set<String> found) {
        TableConfig config = configured.get(name);
        if (found.add(name) && config != null) {
            config.tables().forEach(part -> add(part, configured, found));
        }
    }

    /** The files that a domain reads which asks those tables. */
    public static List<Path> files(Settings settings, Set<String> names) {
        List<Path> files = new ArrayList<>();
        for (TableConfig config : TableConfig.all(settings)) {
            if (names.contains(config.name()) && source(config.kind()).isPresent()) {
                config.file().ifPresent(files::add);
            }
        }
        return files;
    }

    /** The variables of the environment that a domain needs which asks those tables. */
    public static Set<String> variables(Settings settings, Set<String> names) {
        Set<String> variables = new LinkedHashSet<>();
        for (TableConfig config : TableConfig.all(settings)) {
            if (names.contains(config.name()) && config.kind() == Kind.ENVIRONMENT) {
                variables.addAll(config.group().get(TableConfig.VARIABLES));
            }
        }
        return variables;
    }

    /** Those that another process is asked for. */
    public static List<TableConfig> remote(Settings settings, Set<String> names) {
        return TableConfig.all(settings).stream()
                .filter(config -> config.kind().remote() && names.contains(config.name()))
                .toList();
    }
}

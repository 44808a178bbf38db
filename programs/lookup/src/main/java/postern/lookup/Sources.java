package postern.lookup;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import postern.base.Bug;
import postern.base.Endpoint;
import postern.base.World;
import postern.config.Settings;
import postern.table.DatabaseKeys;
import postern.table.DatabaseKeys.Host;
import postern.table.DatabaseKeys.Tls;
import postern.table.NetworkKeys;
import postern.table.RemoteTables;
import postern.table.Table;
import postern.table.TableConfig;
import postern.table.TableConfig.Kind;
import postern.table.TableConfig.Protocol;
import postern.table.Tables;

/** Opens tables of other machines. Nobody is connected to before the first question. */
public final class Sources implements Tables.Remote {
    /** So long is a connection to a server used: a preferred one that was down gets its turn. */
    private static final Duration LIFETIME = Duration.ofMinutes(10);

    /** SQLite's file may be replaced by a new one. */
    private static final Duration LIFETIME_FILE = Duration.ofSeconds(2);

    private static final int PORT_POSTGRESQL = 5432;
    private static final int PORT_MYSQL = 3306;
    private static final int PORT_LDAP = 389;
    private static final int PORT_LDAPS = 636;

    private final World world;
    private final Passwords passwords;
    private final Supplier<Drivers> drivers;

    /**
     * @param jars with JDBC drivers besides those on the class path
     */
    public Sources(World world, Passwords passwords, List<Path> jars) {
        this.world = world;
        this.passwords = passwords;
        this.drivers = new Once(jars);
    }

    /** Loads them when the first is needed. */
    private static final class Once implements Supplier<Drivers> {
        private final List<Path> jars;
        private Drivers drivers = new Drivers(List.of()); // guarded by this
        private boolean loaded; // guarded by this

        Once(List<Path> jars) {
            this.jars = List.copyOf(jars);
        }

        @Override
        public synchronized Drivers get() {
            if (!loaded) {
                drivers = Drivers.load(jars);
                loaded = true;
            }
            return drivers;
        }
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
            Settings.Group group = config.group();
            int usual = usual(config);
            if (usual > 0) {
                group.get(DatabaseKeys.HOSTS)
                        .forEach(host -> ports.add(host.port() == 0 ? usual : host.port()));
            }
            for (Endpoint server : group.get(NetworkKeys.SERVERS)) {
                if (server instanceof Endpoint.Tcp tcp) {
                    ports.add(tcp.port());
                }
            }
        }
        return ports;
    }

    private static Protocol protocol(TableConfig config) {
        return config.kind()
                .protocol()
                .orElseThrow(() -> new Bug(config.kind() + " is on this machine"));
    }

    private static int usual(TableConfig config) {
        return switch (protocol(config)) {
            case PGSQL -> PORT_POSTGRESQL;
            case MYSQL -> PORT_MYSQL;
            case LDAP -> {
                boolean atOnce =
                        config.group().get(DatabaseKeys.TLS) != Tls.OFF
                                && !config.group().get(DatabaseKeys.START_TLS);
                yield atOnce ? PORT_LDAPS : PORT_LDAP;
            }
            case SQLITE, SOCKETMAP, TCP, MEMCACHE, REDIS -> 0;
        };
    }

    /** Files that the lookup domain reads besides: databases, authorities. */
    public static List<Path> files(List<TableConfig> configs) {
        List<Path> files = new ArrayList<>();
        for (TableConfig config : configs) {
            config.group().get(DatabaseKeys.TLS_AUTHORITIES).ifPresent(files::add);
            if (config.kind() == Kind.SQLITE) {
                config.file().ifPresent(files::add);
            }
        }
        return files;
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
        return switch (protocol(config)) {
            case SOCKETMAP ->
                    new SocketMapTable(
                            world,
                            servers,
                            connections,
                            limit,
                            group.get(NetworkKeys.MAP).orElse(""),
                            origin);
            case TCP -> new TcpTable(world, servers, connections, limit, origin);
            case MEMCACHE -> store(group, new Memcache(), origin);
            case PGSQL, MYSQL, SQLITE ->
                    withPassword(config, password -> sql(config, password, origin));
            case LDAP -> withPassword(config, password -> ldap(group, password, origin));
            case REDIS -> withPassword(config, password -> redis(group, password, origin));
        };
    }

    private Table withPassword(TableConfig config, Function<String, Table> opened) {
        try {
            return opened.apply(passwords.of(config));
        } catch (IOException unread) {
            String why = "password_file: " + unread.getMessage();
            return _ -> new Table.Answer.TemporaryFailure(why);
        }
    }

    private Table redis(Settings.Group group, String password, String origin) {
        String number = group.get(DatabaseKeys.DATABASE);
        int database = number.isEmpty() ? 0 : Integer.parseInt(number);
        return store(group, new Redis(group.get(DatabaseKeys.USER), password, database), origin);
    }

    private Table store(Settings.Group group, StoreTable.Store store, String origin) {
        var question =
                new StoreTable.Question(
                        Template.parse(group.get(NetworkKeys.KEY_FORMAT)),
                        Template.parse(group.get(DatabaseKeys.RESULT_FORMAT)),
                        group.get(DatabaseKeys.DOMAINS));
        return new StoreTable(
                world,
                group.get(NetworkKeys.SERVERS),
                group.get(NetworkKeys.CONNECTIONS),
                group.get(NetworkKeys.TIMEOUT),
                store,
                question,
                origin);
    }

    private Table sql(TableConfig config, String password, String origin) {
        Settings.Group group = config.group();
        List<SqlTable.Server> servers = new ArrayList<>();
        if (config.kind() == Kind.SQLITE) {
            String path = config.file().map(Path::toString).orElse("");
            var properties = new Properties();
            properties.setProperty("open_mode", "1"); // SQLITE_OPEN_READONLY
            properties.setProperty("busy_timeout", millis(group));
            servers.add(new SqlTable.Server(path, "jdbc:sqlite:" + path, properties));
        } else {
            for (Host host : group.get(DatabaseKeys.HOSTS)) {
                servers.add(
                        config.kind() == Kind.PGSQL
                                ? postgresql(group, host, password)
                                : mysql(group, host, password));
            }
        }
        var limits =
                new SqlTable.Limits(
                        group.get(NetworkKeys.CONNECTIONS),
                        group.get(NetworkKeys.TIMEOUT),
                        config.kind() == Kind.SQLITE ? LIFETIME_FILE : LIFETIME);
        var question =
                new SqlTable.Question(
                        SqlQuery.parse(
                                group.get(DatabaseKeys.QUERY), LookupConfig.quotes(config.kind())),
                        Template.parse(group.get(DatabaseKeys.RESULT_FORMAT)),
                        group.get(DatabaseKeys.DOMAINS),
                        group.get(DatabaseKeys.EXPANSION_LIMIT));
        return new SqlTable(world, servers, drivers, limits, question, origin);
    }

    private static String millis(Settings.Group group) {
        return Long.toString(group.get(NetworkKeys.TIMEOUT).toMillis());
    }

    private static String seconds(Settings.Group group) {
        return Long.toString(Math.max(1, group.get(NetworkKeys.TIMEOUT).toSeconds()));
    }

    private static String at(Host host, int usual) {
        String name = host.name().contains(":") ? "[" + host.name() + "]" : host.name();
        return name + ":" + (host.port() == 0 ? usual : host.port());
    }

    private static Properties user(Settings.Group group, String password) {
        var properties = new Properties();
        properties.setProperty("user", group.get(DatabaseKeys.USER));
        if (!password.isEmpty()) {
            properties.setProperty("password", password);
        }
        return properties;
    }

    private static SqlTable.Server postgresql(Settings.Group group, Host host, String password) {
        Properties properties = user(group, password);
        properties.setProperty("connectTimeout", seconds(group));
        properties.setProperty("socketTimeout", seconds(group));
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("ApplicationName", "postern");
        properties.setProperty("readOnly", "true");
        // a value is of whatever type the query compares it with, as a literal in quotes is
        properties.setProperty("stringtype", "unspecified");
        properties.setProperty("prepareThreshold", "0"); // poolers between do not know statements
        properties.setProperty("gssEncMode", "disable");
        properties.setProperty(
                "maxResultBuffer", Integer.toString(BoundedSockets.ANSWER_OCTETS_MAX));
        properties.setProperty("options", "-c statement_timeout=" + millis(group));
        switch (group.get(DatabaseKeys.TLS)) {
            case OFF -> properties.setProperty("sslmode", "disable");
            case ENCRYPT -> properties.setProperty("sslmode", "require");
            case VERIFY -> {
                properties.setProperty("sslmode", "verify-full");
                group.get(DatabaseKeys.TLS_AUTHORITIES)
                        .ifPresentOrElse(
                                file -> properties.setProperty("sslrootcert", file.toString()),
                                () ->
                                        properties.setProperty(
                                                "sslfactory",
                                                "org.postgresql.ssl.DefaultJavaSSLFactory"));
            }
        }
        String where = at(host, PORT_POSTGRESQL) + "/" + group.get(DatabaseKeys.DATABASE);
        return new SqlTable.Server(where, "jdbc:postgresql://" + where, properties);
    }

    private static SqlTable.Server mysql(Settings.Group group, Host host, String password) {
        Properties properties = user(group, password);
        properties.setProperty("connectTimeout", millis(group));
        properties.setProperty("socketTimeout", millis(group));
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("useServerPrepStmts", "true");
        properties.setProperty("allowLocalInfile", "false");
        properties.setProperty("socketFactory", BoundedSockets.class.getName());
        switch (group.get(DatabaseKeys.TLS)) {
            case OFF -> {
                properties.setProperty("useSsl", "false");
                properties.setProperty("sslMode", "disable");
            }
            case ENCRYPT -> {
                properties.setProperty("useSsl", "true");
                properties.setProperty("trustServerCertificate", "true");
                properties.setProperty("sslMode", "trust");
            }
            case VERIFY -> {
                properties.setProperty("useSsl", "true");
                properties.setProperty("sslMode", "verify-full");
                group.get(DatabaseKeys.TLS_AUTHORITIES)
                        .ifPresent(
                                file -> properties.setProperty("serverSslCert", file.toString()));
            }
        }
        String where = at(host, PORT_MYSQL) + "/" + group.get(DatabaseKeys.DATABASE);
        return new SqlTable.Server(where, "jdbc:mariadb://" + where, properties);
    }

    private Table ldap(Settings.Group group, String password, String origin) {
        var access =
                new LdapTable.Access(
                        group.get(DatabaseKeys.BIND_DN),
                        password,
                        group.get(DatabaseKeys.TLS),
                        group.get(DatabaseKeys.START_TLS),
                        group.get(DatabaseKeys.TLS_AUTHORITIES),
                        group.get(NetworkKeys.TIMEOUT));
        var question =
                new LdapTable.Question(
                        Template.parse(group.get(DatabaseKeys.SEARCH_BASE)),
                        Template.parse(group.get(DatabaseKeys.QUERY_FILTER)),
                        group.get(DatabaseKeys.SCOPE),
                        group.get(DatabaseKeys.RESULT_ATTRIBUTE),
                        group.get(DatabaseKeys.SPECIAL_RESULT_ATTRIBUTE),
                        Template.parse(group.get(DatabaseKeys.RESULT_FORMAT)),
                        group.get(DatabaseKeys.DOMAINS),
                        group.get(DatabaseKeys.EXPANSION_LIMIT));
        return new LdapTable(
                world,
                group.get(DatabaseKeys.HOSTS),
                access,
                group.get(NetworkKeys.CONNECTIONS),
                question,
                origin);
    }
}

package postern.table;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import postern.config.Key;
import postern.config.Problem;
import postern.config.Section;
import postern.config.Settings;

/**
 * One {@code [table.NAME]}.
 *
 * @param file of the kinds that have one: what is read, for a compiled table its compiled form
 * @param tables of the kinds that are made of others
 * @param group where it is written
 */
public record TableConfig(
        String name, Kind kind, Optional<Path> file, List<String> tables, Settings.Group group) {

    /** Where the answers come from. */
    public enum Kind {
        INLINE,
        FILE,
        COMPILED,
        REGEXP,
        CIDR,
        STATIC,
        UNION,
        FIRST,
        PIPEMAP,
        USERS,
        ENVIRONMENT,
        SOCKETMAP(Protocol.SOCKETMAP),
        TCP(Protocol.TCP),
        PGSQL(Protocol.PGSQL),
        MYSQL(Protocol.MYSQL),
        SQLITE(Protocol.SQLITE),
        LDAP(Protocol.LDAP),
        MEMCACHE(Protocol.MEMCACHE),
        REDIS(Protocol.REDIS);

        private final @Nullable Protocol protocol;

        Kind() {
            this.protocol = null;
        }

        Kind(Protocol protocol) {
            this.protocol = protocol;
        }

        /** How whoever keeps it is asked; empty where the process itself has the table. */
        public Optional<Protocol> protocol() {
            return Optional.ofNullable(protocol);
        }

        /** Whether another process is asked. */
        public boolean remote() {
            return protocol != null;
        }

        /** Whether only whole addresses and domains are asked for: the server divides them. */
        boolean wholeOnly() {
            return this == SOCKETMAP || this == TCP;
        }
    }

    /** How the lookup domain asks whoever keeps a table. */
    public enum Protocol {
        SOCKETMAP,
        TCP,
        PGSQL,
        MYSQL,
        SQLITE,
        LDAP,
        MEMCACHE,
        REDIS
    }

    private static final String SINCE = "0.2";
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,63}");

    static final Key<Kind> KIND =
            Key.choice(
                            "kind",
                            Kind.FILE,
                            List.of(Kind.values()),
                            "Where the answers come from. inline: the entries here. file: a text in the"
                                    + " syntax of Postfix's hash sources, read anew when it changes. compiled:"
                                    + " the same text compiled by \"postern table build\", for millions of"
                                    + " entries. regexp, cidr: rules in the syntax of Postfix's regexp and cidr"
                                    + " tables. static: one value for every key. first, union: what the first"
                                    + " of several tables says, or all of them. pipemap: each table's answer is"
                                    + " the next one's key. users: the users of this machine. environment:"
                                    + " variables that Postern was started with. socketmap, tcp: a server that"
                                    + " speaks that protocol of Postfix's. pgsql, mysql (also MariaDB), sqlite, ldap:"
                                    + " a database or a directory, by a query. memcache, redis (also Valkey): a"
                                    + " store, by the name that a key has there.",
                            SINCE)
                    .required();

    static final Key<Optional<Path>> PATH =
            Key.path(
                            "path",
                            "/etc/postern/tables/virtual",
                            Key.Base.FILE,
                            "The file, for file, compiled, regexp, cidr and sqlite. For compiled it is the text; its"
                                    + " compiled form has .ptable behind its name.",
                            SINCE)
                    .optional();

    static final Key<Map<String, String>> ENTRIES =
            Key.table(
                    "entries",
                    Map.of(),
                    "For inline: values by key, { \"postmaster@example.org\" = \"ann\" }.",
                    SINCE);

    static final Key<Optional<String>> VALUE =
            Key.text("value", "OK", "For static: what is said of every key.", SINCE).optional();

    static final Key<List<String>> TABLES =
            references(
                    "tables", "For first, union and pipemap: the names of the tables, in order.");

    static final Key<List<String>> VARIABLES =
            Key.parsedList(
                    "variables",
                    List.of(),
                    "names of variables",
                    TableConfig::variable,
                    "write names such as \"SMARTHOST\"; those that steer a loader or a JVM are not"
                            + " passed on",
                    "For environment: the variables that may be asked for. No other reaches a program.",
                    SINCE);

    public static final Section SECTION =
            Section.named(
                    "table",
                    "Lookup tables, used by their names in other sections.",
                    Stream.of(
                                    List.<Key<?>>of(KIND, PATH, ENTRIES, VALUE, TABLES, VARIABLES),
                                    NetworkKeys.ALL,
                                    DatabaseKeys.ALL)
                            .flatMap(List::stream)
                            .toList());

    public TableConfig {
        tables = List.copyOf(tables);
    }

    static TableConfig read(Settings.Group group) {
        Kind kind = group.get(KIND);
        Optional<Path> path = group.get(PATH);
        return new TableConfig(
                group.name(),
                kind,
                kind == Kind.COMPILED ? path.map(TableBuilder::compiled) : path,
                group.get(TABLES),
                group);
    }

    public static List<TableConfig> all(Settings settings) {
        return settings.each(SECTION).stream().map(TableConfig::read).toList();
    }

    /** What an inline table says, by key; empty for other kinds. */
    public Map<String, String> inline() {
        return kind == Kind.INLINE ? group.get(ENTRIES) : Map.of();
    }

    /** The problem with one of those entries. */
    public Problem problem(String what, String remedy) {
        return group.problem(ENTRIES, what, remedy);
    }

    /** The text that a compiled table is built from. */
    public Optional<Path> text() {
        return group.get(PATH);
    }

    /** A key whose value is names of tables. */
    public static Key<List<String>> references(String key, String doc) {
        return Key.parsedList(
                key,
                List.of(),
                "names of tables",
                TableConfig::reference,
                "write \"NAME\" for a [table.NAME]; of kind \"inline\" it has its entries right there",
                doc,
                SINCE);
    }

    /**
     * @throws IllegalArgumentException when it cannot be a table's name
     */
    public static String reference(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("is no table's name");
        }
        return name;
    }

    /** What a program is started with must not change what it is. */
    private static String variable(String name) {
        boolean plain = Pattern.matches("[A-Z][A-Z0-9_]{0,63}", name);
        if (!plain || Pattern.matches("(LD|JAVA|JDK|JVM|_JAVA|MALLOC|GLIBC)_.*|PATH|IFS", name)) {
            throw new IllegalArgumentException("is no variable that may be passed on");
        }
        return name;
    }

    /**
     * A key that names tables, so that they are checked, and their files opened to the domain that
     * asks them.
     */
    public record Use(Section section, Key<?> key, Function<Settings.Group, List<String>> names) {
        public static Use of(Section section, Key<List<String>> key) {
            return new Use(section, key, group -> group.get(key));
        }

        List<Settings.Group> groups(Settings settings) {
            return section.form() == Section.Form.ONCE
                    ? List.of(settings.section(section))
                    : settings.each(section);
        }
    }
}

package postern.lookup;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import postern.base.Disk;
import postern.config.Key;
import postern.config.Problem;
import postern.config.Section;
import postern.config.Settings;
import postern.table.DatabaseKeys;
import postern.table.NetworkKeys;
import postern.table.TableConfig;
import postern.table.TableConfig.Kind;

/** What of tables on other machines shows before they are asked. */
public final class LookupConfig {
    private static final String SINCE = "0.2";

    /** Jars with further drivers. */
    public static final Key<List<Path>> DRIVERS =
            Key.parsedList(
                    "drivers",
                    List.of("/usr/share/java/mariadb-java-client.jar"),
                    "absolute paths",
                    LookupConfig::jar,
                    "write an absolute path that ends in .jar",
                    "Jars with JDBC drivers besides those that Postern brings (PostgreSQL, SQLite). Tables of kind"
                            + " mysql need MariaDB's, whose licence (LGPL) is not Postern's: Debian has it"
                            + " as libmariadb-java. One that does not exist is passed over.",
                    SINCE);

    public static final Section SECTION =
            new Section("lookup", "The domain that asks databases.", List.of(DRIVERS));

    private LookupConfig() {}

    private static Path jar(String text) {
        Path path = Path.of(text);
        if (!path.isAbsolute() || !text.endsWith(".jar")) {
            throw new IllegalArgumentException("is no absolute path of a jar");
        }
        return path;
    }

    /** Queries, filters and formats are understood; there are servers to ask. */
    public static List<Problem> check(Settings settings) {
        List<Problem> problems = new ArrayList<>();
        for (TableConfig table : TableConfig.all(settings)) {
            if (table.kind().remote()) {
                check(table, problems);
            }
        }
        return problems;
    }

    private static void check(TableConfig table, List<Problem> problems) {
        Settings.Group group = table.group();
        switch (table.kind().protocol().orElseThrow()) {
            case SOCKETMAP, TCP -> servers(group, problems);
            case MEMCACHE -> {
                servers(group, problems);
                store(group, problems);
            }
            case REDIS -> {
                servers(group, problems);
                store(group, problems);
                tried(group, DatabaseKeys.DATABASE, problems, LookupConfig::number);
            }
            case PGSQL, MYSQL, SQLITE -> {
                hosts(group, problems);
                if (group.stated(DatabaseKeys.QUERY)) {
                    boolean quotes = quotes(table.kind());
                    tried(
                            group,
                            DatabaseKeys.QUERY,
                            problems,
                            text -> SqlQuery.parse(text, quotes));
                }
            }
            case LDAP -> {
                hosts(group, problems);
                tried(group, DatabaseKeys.SEARCH_BASE, problems, Template::parse);
                tried(group, DatabaseKeys.QUERY_FILTER, problems, LookupConfig::filter);
            }
        }
    }

    private static void servers(Settings.Group group, List<Problem> problems) {
        if (group.stated(NetworkKeys.SERVERS) && group.get(NetworkKeys.SERVERS).isEmpty()) {
            problems.add(group.problem(NetworkKeys.SERVERS, "\"servers\" is empty", "name one"));
        }
    }

    private static void hosts(Settings.Group group, List<Problem> problems) {
        if (group.get(DatabaseKeys.HOSTS).isEmpty()) {
            problems.add(group.problem(DatabaseKeys.HOSTS, "\"hosts\" is empty", "name one"));
        }
        tried(group, DatabaseKeys.RESULT_FORMAT, problems, Template::parse);
    }

    private static void store(Settings.Group group, List<Problem> problems) {
        tried(group, DatabaseKeys.RESULT_FORMAT, problems, Template::parse);
        tried(group, NetworkKeys.KEY_FORMAT, problems, LookupConfig::asking);
    }

    private static void asking(String text) {
        if (!Template.parse(text).asks()) {
            throw new IllegalArgumentException(
                    "has no %s, %u or %d: it would ask the same of every key");
        }
    }

    private static void number(String text) {
        if (!text.matches("[0-9]{0,4}")) {
            throw new IllegalArgumentException("is no number of a database");
        }
    }

    /** Whether double quotes enclose strings in that kind of SQL. */
    static boolean quotes(Kind kind) {
        return kind == Kind.MYSQL;
    }

    private static void tried(
            Settings.Group group,
            Key<String> key,
            List<Problem> problems,
            Consumer<String> parser) {
        try {
            parser.accept(group.get(key));
        } catch (IllegalArgumentException wrong) {
            problems.add(
                    group.problem(
                            key,
                            "\"" + key.name() + "\" " + wrong.getMessage(),
                            "write it as docs/routing.md has it"));
        }
    }

    /** As far as it can be told without the directory's library: it asks, and its brackets pair. */
    private static void filter(String text) {
        asking(text);
        int open = 0;
        for (int i = 0; i < text.length() && open >= 0; i++) {
            open += text.charAt(i) == '(' ? 1 : text.charAt(i) == ')' ? -1 : 0;
        }
        if (open != 0 || !text.startsWith("(")) {
            throw new IllegalArgumentException(
                    "is no filter of RFC 4515: its brackets do not pair");
        }
    }

    /** What is wrong with the files that tables name; tells no password. */
    public static List<Problem> passwords(Settings settings, Passwords passwords) {
        List<Problem> problems = new ArrayList<>();
        for (TableConfig table : TableConfig.all(settings)) {
            Optional<Path> file = table.group().get(DatabaseKeys.PASSWORD_FILE);
            if (table.kind().remote() && file.isPresent()) {
                try {
                    if (passwords.of(table).isEmpty()) {
                        problems.add(
                                table.group()
                                        .problem(
                                                DatabaseKeys.PASSWORD_FILE,
                                                file.get() + ": it is empty",
                                                "write the password into it, or leave the key out"));
                    }
                } catch (IOException unread) {
                    problems.add(
                            table.group()
                                    .problem(
                                            DatabaseKeys.PASSWORD_FILE,
                                            String.valueOf(unread.getMessage()),
                                            "name a file that master can read"));
                }
            }
        }
        return problems;
    }

    /** Drivers, databases and authorities are there where tables need them. */
    public static List<Problem> files(Settings settings, Disk disk) {
        List<Problem> problems = new ArrayList<>();
        List<Path> drivers = settings.get(SECTION, DRIVERS);
        boolean driver = drivers.stream().anyMatch(jar -> there(disk, jar));
        for (TableConfig table : TableConfig.all(settings)) {
            Settings.Group group = table.group();
            if (table.kind() == Kind.MYSQL && !driver) {
                problems.add(
                        group.problem(
                                "a table of kind mysql needs MariaDB's JDBC driver, and of"
                                        + " lookup.drivers none is there: "
                                        + drivers,
                                "install Debian's libmariadb-java, or name the jar in"
                                        + " lookup.drivers"));
            }
            Optional<Path> authorities = group.get(DatabaseKeys.TLS_AUTHORITIES);
            if (authorities.isPresent() && !there(disk, authorities.get())) {
                problems.add(
                        group.problem(
                                DatabaseKeys.TLS_AUTHORITIES,
                                authorities.get() + ": there is no such file",
                                "name a PEM file of certificates"));
            }
            if (table.kind() == Kind.SQLITE && !there(disk, table.file().orElseThrow())) {
                problems.add(
                        group.problem(
                                table.file().orElseThrow() + ": there is no such database",
                                "name one that is there"));
            }
        }
        return problems;
    }

    private static boolean there(Disk disk, Path file) {
        try {
            return disk.stamp(file).isPresent();
        } catch (IOException _) {
            return false;
        }
    }
}

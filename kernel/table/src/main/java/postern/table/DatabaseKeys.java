package postern.table;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import postern.config.Key;

/** The keys of tables in databases and directories. Names and meanings as in Postfix's tables. */
public final class DatabaseKeys {
    private static final String SINCE = "0.2";
    private static final Pattern ATTRIBUTE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9.;_-]{0,127}");
    private static final Pattern NAMED =
            Pattern.compile(
                    "([A-Za-z0-9_-]+(?:\\.[A-Za-z0-9_-]+)*|\\[[0-9A-Fa-f:.]+])(?::([0-9]{1,5}))?");

    /** How a connection to a server is protected. */
    public enum Tls {
        OFF,
        ENCRYPT,
        VERIFY
    }

    /** What of a directory is searched: RFC 4511 §4.5.1.2. */
    public enum Scope {
        SUB,
        ONE,
        BASE
    }

    /**
     * Where a server is.
     *
     * @param port 0: the usual one
     */
    public record Host(String name, int port) {
        @Override
        public String toString() {
            return port == 0 ? name : name + ":" + port;
        }
    }

    public static final Key<List<Host>> HOSTS =
            Key.parsedList(
                    "hosts",
                    List.of("localhost"),
                    "host names or addresses, with :port where it is not the usual one",
                    DatabaseKeys::host,
                    "write \"db.example.org\", \"192.0.2.1:5433\" or \"[2001:db8::1]:5432\"",
                    "For pgsql, mysql and ldap: servers that hold the same; the second and further ones take"
                            + " over while the first cannot be reached or does not answer. By TCP.",
                    SINCE);

    public static final Key<String> DATABASE =
            Key.text(
                    "database",
                    "",
                    Pattern.compile("[A-Za-z0-9_.-]{0,64}"),
                    "a name of letters, digits, _ . and -",
                    "For pgsql and mysql: the database's name (Postfix: dbname). For redis: its number, 0 where it"
                            + " is not stated.",
                    SINCE);

    public static final Key<String> USER =
            Key.text(
                    "user",
                    "",
                    "For pgsql, mysql and redis: whom the server knows us as. Give that user the right to read what"
                            + " the query needs, and no other.",
                    SINCE);

    public static final Key<Optional<Path>> PASSWORD_FILE =
            Key.path(
                            "password_file",
                            "/etc/postern/virtual.password",
                            Key.Base.FILE,
                            "For pgsql, mysql, ldap and redis: a file that holds the password and nothing else. Master"
                                    + " reads it and gives it to the lookup domain alone: it may belong to"
                                    + " root, with mode 0600.",
                            SINCE)
                    .optional();

    public static final Key<String> QUERY =
            Key.text(
                    "query",
                    "",
                    "For pgsql, mysql and sqlite: what is asked. %s is the key, %u and %d its local part and"
                            + " its domain, %1 to %9 the labels of the domain from its end, %% a percent sign."
                            + " Nothing is asked where the key has no such part. In quotes or not, what"
                            + " takes their place is bound as a parameter and never becomes SQL. Every"
                            + " column of every row is a value.",
                    SINCE);

    public static final Key<String> RESULT_FORMAT =
            Key.text(
                    "result_format",
                    "%s",
                    "For pgsql, mysql, sqlite, ldap, memcache and redis: what is made of each value: %s, %u and %d are the"
                            + " value, its local part and its domain; %S, %U, %D and %1 to %9 are the key's.",
                    SINCE);

    public static final Key<List<String>> DOMAINS =
            Key.texts(
                    "domains",
                    List.of(),
                    "For pgsql, mysql, sqlite, ldap, memcache and redis: only addresses in these domains are asked for, and no"
                            + " bare name or domain (Postfix: domain).",
                    SINCE);

    public static final Key<Integer> EXPANSION_LIMIT =
            Key.integer(
                    "expansion_limit",
                    1000,
                    1,
                    100_000,
                    "For pgsql, mysql, sqlite and ldap: more values than that for one key are a failure, so"
                            + " that a query gone wrong does not send mail to everybody.",
                    SINCE);

    public static final Key<Tls> TLS =
            Key.choice(
                    "tls",
                    Tls.OFF,
                    List.of(Tls.values()),
                    "For pgsql, mysql and ldap: off, encrypt (whoever the server is), or verify (its certificate"
                            + " and name too).",
                    SINCE);

    public static final Key<Optional<Path>> TLS_AUTHORITIES =
            Key.path(
                            "tls_authorities",
                            "/etc/ssl/certs/ca-certificates.crt",
                            Key.Base.FILE,
                            "For pgsql, mysql and ldap: a PEM file of the authorities that tls = \"verify\""
                                    + " trusts; the JVM's own where it is not stated.",
                            SINCE)
                    .optional();

    public static final Key<Boolean> START_TLS =
            Key.bool(
                    "start_tls",
                    true,
                    "For ldap with TLS: whether it begins by StartTLS (RFC 4511 §4.14) on port 389, or at once on"
                            + " port 636.",
                    SINCE);

    public static final Key<String> SEARCH_BASE =
            Key.text(
                    "search_base",
                    "",
                    "For ldap: the DN that is searched from. %s, %u, %d and %1 to %9 as in a query, escaped as"
                            + " RFC 4514 has it.",
                    SINCE);

    public static final Key<String> QUERY_FILTER =
            Key.text(
                    "query_filter",
                    "(mailacceptinggeneralid=%s)",
                    "For ldap: the filter, with %s, %u, %d and %1 to %9 as in a query, escaped as RFC 4515 has"
                            + " it.",
                    SINCE);

    public static final Key<List<String>> RESULT_ATTRIBUTE =
            attributes("result_attribute", List.of("maildrop"), "whose values are the answer.");

    public static final Key<List<String>> SPECIAL_RESULT_ATTRIBUTE =
            attributes(
                    "special_result_attribute",
                    List.of(),
                    "whose values are DNs; what those entries have is part of the answer, ten of them deep.");

    public static final Key<Scope> SCOPE =
            Key.choice(
                    "scope",
                    Scope.SUB,
                    List.of(Scope.values()),
                    "For ldap: sub, one or base.",
                    SINCE);

    public static final Key<String> BIND_DN =
            Key.text(
                    "bind_dn",
                    "",
                    "For ldap: whom we bind as. Empty: as nobody (anonymous).",
                    SINCE);

    static final List<Key<?>> ALL =
            List.of(
                    HOSTS,
                    DATABASE,
                    USER,
                    PASSWORD_FILE,
                    QUERY,
                    RESULT_FORMAT,
                    DOMAINS,
                    EXPANSION_LIMIT,
                    TLS,
                    TLS_AUTHORITIES,
                    SEARCH_BASE,
                    QUERY_FILTER,
                    RESULT_ATTRIBUTE,
                    SPECIAL_RESULT_ATTRIBUTE,
                    SCOPE,
                    BIND_DN,
                    START_TLS);

    private DatabaseKeys() {}

    private static Key<List<String>> attributes(String name, List<String> byDefault, String doc) {
        return Key.parsedList(
                name,
                byDefault,
                "names of attributes",
                DatabaseKeys::attribute,
                "write names such as \"mail\"",
                "For ldap: attributes " + doc,
                SINCE);
    }

    private static String attribute(String text) {
        if (!ATTRIBUTE.matcher(text).matches()) {
            throw new IllegalArgumentException("is no attribute's name");
        }
        return text;
    }

    private static Host host(String text) {
        var matcher = NAMED.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("is no host");
        }
        String port = matcher.group(2);
        int number = port == null ? 0 : Integer.parseInt(port);
        if (number > 65_535) {
            throw new IllegalArgumentException("has no port");
        }
        String name = String.valueOf(matcher.group(1));
        return new Host(name.startsWith("[") ? name.substring(1, name.length() - 1) : name, number);
    }
}

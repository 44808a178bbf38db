package postern.interop;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real database server of Debian's on a port of its own, with people in it: {@code
 * ann@shop.example}, who has a mailbox, and {@code sales@shop.example}, an alias of hers.
 */
final class Databases implements AutoCloseable {
    static final String PASSWORD = "s3cret-of-tests";
    private static final String PEOPLE =
            """
                        dn: dc=shop,dc=example
                        objectClass: dcObject
                        objectClass: organization
                        o: shop
                        dc: shop

                        dn: uid=ann,dc=shop,dc=example
                        objectClass: inetOrgPerson
                        cn: Ann
                        sn: Lee
                        uid: ann
                        mail: ann@shop.example
                        homePostalAddress: shop.example/ann/
                        employeeNumber: 7

                        dn: cn=sales,dc=shop,dc=example
                        objectClass: inetOrgPerson
                        cn: sales
                        sn: sales
                        mail: sales@shop.example
                        description: ann@shop.example

                        dn: cn=all,dc=shop,dc=example
                        objectClass: inetOrgPerson
                        cn: all
                        sn: all
                        mail: all@shop.example
                        description: o'hara@shop.example
                        seeAlso: cn=sales,dc=shop,dc=example
                        """;

    private static final String TABLES_OF_POSTGRESQL =
            """
                CREATE TABLE boxes (address text PRIMARY KEY, path text, quota int);
                INSERT INTO boxes VALUES ('ann@shop.example', 'shop.example/ann/', 7);
                CREATE TABLE aliases (address text, target text);
                INSERT INTO aliases VALUES ('sales@shop.example', 'ann@shop.example');
                INSERT INTO aliases VALUES ('all@shop.example', 'ann@shop.example'), ('all@shop.example', 'o''hara@shop.example');
                """;

    private static final Duration SOON = Duration.ofSeconds(60);

    private final Path folder;
    private final int port;
    private final List<String> command;
    private final Map<String, String> environment;

    /** What the configuration says of its tables, but for names. */
    private final Function<Databases, String> tables;

    private final Filling filling;

    private @Nullable Process process;

    private Databases(
            Path folder,
            int port,
            List<String> command,
            Map<String, String> environment,
            Function<Databases, String> tables) {
        this(folder, port, command, environment, tables, _ -> {});
    }

    /** What a server that forgets everything is told after each start. */
    interface Filling {
        void fill(Databases server) throws IOException;
    }

    Databases(
            Path folder,
            int port,
            List<String> command,
            Map<String, String> environment,
            Function<Databases, String> tables,
            Filling filling) {
        this.folder = folder;
        this.port = port;
        this.command = command;
        this.environment = environment;
        this.tables = tables;
        this.filling = filling;
    }

    int port() {
        return port;
    }

    /** {@code [table.boxes]}, {@code [table.aliases]} and {@code [table.odd]}. */
    String tables() {
        return tables.apply(this);
    }

    /** PostgreSQL and MariaDB refuse to be root. */
    private static List<String> asNobody(List<String> command) {
        if (!Tool.isRoot()) {
            return command;
        }
        List<String> all =
                new ArrayList<>(
                        List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
        all.addAll(command);
        return all;
    }

    static Path ofNobody(Path folder) throws IOException {
        Files.createDirectories(folder);
        if (Tool.isRoot()) {
            Files.setAttribute(folder, "unix:uid", 65_534);
        }
        return folder;
    }

    private static void run(Map<String, String> environment, String input, List<String> command)
            throws IOException {
        Tool.Ended ended =
                Tool.run(SOON, input, environment, asNobody(command).toArray(String[]::new));
        if (ended.code() != 0) {
            throw new IOException(command + ": " + ended);
        }
    }

    /**
     * What a server shows who asks for TLS, as a file that it alone can read.
     *
     * @param pem a key and its certificates; empty: it has no TLS
     */
    private static List<String> shown(Path folder, String pem, List<String> options)
            throws IOException {
        if (pem.isEmpty()) {
            return List.of();
        }
        Path file = Files.writeString(folder.resolve("credential.pem"), pem);
        if (Tool.isRoot()) {
            Files.setAttribute(file, "unix:uid", 65_534);
        }
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return options.stream().map(option -> option.replace("FILE", file.toString())).toList();
    }

    static Databases postgresql(Path folder) throws IOException {
        return postgresql(folder, "");
    }

    static Databases postgresql(Path folder, String pem) throws IOException {
        Path installed = Path.of("/usr/lib/postgresql/15/bin");
        Path bin =
                Files.exists(installed.resolve("initdb"))
                        ? installed
                        : Tool.peer("postgresql/usr/lib/postgresql/15/bin");
        Map<String, String> environment =
                bin.equals(installed)
                        ? Map.of()
                        : libraries(Tool.peer("postgresql/usr/lib/x86_64-linux-gnu"));
        ofNobody(folder);
        Path password = Files.writeString(folder.resolve("password"), PASSWORD + "\n");
        Path data = folder.resolve("data");
        run(
                environment,
                "",
                List.of(
                        bin.resolve("initdb").toString(),
                        "-D",
                        data.toString(),
                        "-U",
                        "postern",
                        "-A",
                        "scram-sha-256",
                        "--pwfile",
                        password.toString(),
                        "--no-sync",
                        "--locale=C.UTF-8",
                        "-E",
                        "UTF8"));
        run(
                environment,
                TABLES_OF_POSTGRESQL,
                List.of(
                        bin.resolve("postgres").toString(),
                        "--single",
                        "-D",
                        data.toString(),
                        "postgres"));
        int port = Postern.freePort();
        List<String> command =
                new ArrayList<>(
                        List.of(
                                bin.resolve("postgres").toString(),
                                "-D",
                                data.toString(),
                                "-p",
                                Integer.toString(port),
                                "-h",
                                "127.0.0.1",
                                "-k",
                                folder.toString(),
                                "-F"));
        command.addAll(
                shown(
                        folder,
                        pem,
                        List.of("-cssl=on", "-cssl_cert_file=FILE", "-cssl_key_file=FILE")));
        var server =
                new Databases(
                        folder,
                        port,
                        command,
                        environment,
                        each -> sqlTables(each, "pgsql", "postgres"));
        server.start();
        return server;
    }

    static Map<String, String> libraries(Path folder) {
        return Map.of("LD_LIBRARY_PATH", folder.toString());
    }

    static Databases mariadb(Path folder) throws IOException {
        return mariadb(folder, "");
    }

    static Databases mariadb(Path folder, String pem) throws IOException {
        Path usr = Tool.peer("mariadb/usr");
        Map<String, String> environment = libraries(usr.resolve("lib/x86_64-linux-gnu"));
        ofNobody(folder);
        Path data = ofNobody(folder.resolve("data"));
        List<String> server =
                List.of(
                        usr.resolve("sbin/mariadbd").toString(),
                        "--no-defaults",
                        "--basedir=" + usr,
                        "--lc-messages-dir=" + usr.resolve("share/mysql"),
                        "--datadir=" + data,
                        "--plugin-dir=" + usr.resolve("lib/mysql/plugin"),
                        "--tmpdir=" + folder,
                        "--socket=" + folder.resolve("socket"),
                        "--pid-file=" + folder.resolve("pid"));
        List<String> bootstrap = new ArrayList<>(server);
        bootstrap.addAll(List.of("--bootstrap", "--skip-networking"));
        String sql =
                "CREATE DATABASE mysql;\nUSE mysql;\n"
                        + Files.readString(usr.resolve("share/mysql/mysql_system_tables.sql"))
                        + Files.readString(usr.resolve("share/mysql/mysql_system_tables_data.sql"))
                        + """

                        CREATE DATABASE mail;
                        USE mail;
                        CREATE TABLE boxes (address varchar(200) PRIMARY KEY, path varchar(200), quota int);
                        INSERT INTO boxes VALUES ('ann@shop.example', 'shop.example/ann/', 7);
                        CREATE TABLE aliases (address varchar(200), target varchar(200));
                        INSERT INTO aliases VALUES ('sales@shop.example', 'ann@shop.example');
                        INSERT INTO aliases VALUES ('all@shop.example', 'ann@shop.example'), ('all@shop.example', 'o''hara@shop.example');
                        FLUSH PRIVILEGES;
                        CREATE USER postern@'127.0.0.1' IDENTIFIED BY 's3cret-of-tests';
                        GRANT SELECT ON mail.* TO postern@'127.0.0.1';
                        """;
        run(environment, sql, bootstrap);
        int port = Postern.freePort();
        List<String> command = new ArrayList<>(server);
        command.addAll(
                List.of("--bind-address=127.0.0.1", "--port=" + port, "--skip-name-resolve"));
        command.addAll(shown(folder, pem, List.of("--ssl-cert=FILE", "--ssl-key=FILE")));
        Path driver = Tool.peer("mariadb/usr/share/java/mariadb-java-client.jar");
        var database =
                new Databases(
                        folder,
                        port,
                        command,
                        environment,
                        each ->
                                "[lookup]\ndrivers = [\"%s\"]\n".formatted(driver)
                                        + sqlTables(each, "mysql", "mail"));
        database.start();
        return database;
    }

    /** Queries as they stand in files of Postfix's. */
    private static String sqlTables(Databases server, String kind, String database) {
        String access =
                """
                kind = "%s"
                hosts = ["127.0.0.1:%d"]
                database = "%s"
                user = "postern"
                password_file = "%s"
                timeout = "3s"
                cache = "0s"
                """
                        .formatted(kind, server.port, database, server.secret());
        return "[table.boxes]\n"
                + access
                + "query = \"SELECT path FROM boxes WHERE address = '%s'\"\n"
                + "domains = [\"shop.example\"]\n"
                + "[table.aliases]\n"
                + access
                + "query = \"SELECT target FROM aliases WHERE address = '%s'\"\n"
                + "[table.odd]\n"
                + access
                + "query = \"SELECT quota FROM boxes WHERE path LIKE '%%%u%%' AND quota > 3\"\n"
                + "result_format = \"%s of %S\"\n";
    }

    static Databases slapd(Path folder) throws IOException {
        return slapd(folder, "", "ldap");
    }

    /**
     * @param scheme ldap, or ldaps where TLS comes first
     */
    static Databases slapd(Path folder, String pem, String scheme) throws IOException {
        Path root = Tool.peer("slapd");
        Map<String, String> environment = libraries(root.resolve("usr/lib/x86_64-linux-gnu"));
        ofNobody(folder);
        Path _ = ofNobody(folder.resolve("data"));
        Path etc = root.resolve("etc/ldap/schema");
        List<String> tls =
                shown(
                        folder,
                        pem,
                        List.of("TLSCertificateFile FILE", "TLSCertificateKeyFile FILE"));
        Path configuration =
                Files.writeString(
                        folder.resolve("slapd.conf"),
                        """
                        include %1$s/core.schema
                        include %1$s/cosine.schema
                        include %1$s/inetorgperson.schema
                        %5$s
                        modulepath %2$s
                        moduleload back_mdb
                        pidfile %3$s/pid
                        database mdb
                        suffix "dc=shop,dc=example"
                        rootdn "cn=admin,dc=shop,dc=example"
                        rootpw %4$s
                        directory %3$s/data
                        access to * by dn.exact="cn=admin,dc=shop,dc=example" write by * none
                        """
                                .formatted(
                                        etc,
                                        root.resolve("usr/lib/ldap"),
                                        folder,
                                        PASSWORD,
                                        String.join("\n", tls)));
        Path people = Files.writeString(folder.resolve("people.ldif"), PEOPLE);
        run(
                environment,
                "",
                List.of(
                        root.resolve("usr/sbin/slapadd").toString(),
                        "-q",
                        "-f",
                        configuration.toString(),
                        "-l",
                        people.toString()));
        int port = Postern.freePort();
        var server =
                new Databases(
                        folder,
                        port,
                        List.of(
                                root.resolve("usr/sbin/slapd").toString(),
                                "-f",
                                configuration.toString(),
                                "-h",
                                scheme + "://127.0.0.1:" + port,
                                "-d",
                                "0"),
                        environment,
                        Databases::ldapTables);
        server.start();
        return server;
    }

    private static String ldapTables(Databases server) {
        String access =
                """
                kind = "ldap"
                hosts = ["127.0.0.1:%d"]
                bind_dn = "cn=admin,dc=shop,dc=example"
                password_file = "%s"
                timeout = "3s"
                cache = "0s"
                """
                        .formatted(server.port, server.secret());
        return "[table.boxes]\n"
                + access
                + """
                search_base = "dc=shop,dc=example"
                query_filter = "(&(uid=*)(mail=%s))"
                result_attribute = ["homePostalAddress"]
                domains = ["shop.example"]
                """
                + "[table.aliases]\n"
                + access
                + """
                search_base = "dc=shop,dc=example"
                query_filter = "(mail=%s)"
                result_attribute = ["description"]
                special_result_attribute = ["seeAlso"]
                """
                + "[table.odd]\n"
                + access
                + """
                search_base = "uid=%u,dc=shop,dc=example"
                query_filter = "(uid=%u)"
                scope = "base"
                result_attribute = ["employeeNumber"]
                result_format = "%s of %S"
                """;
    }

    /** A file of its password. */
    Path secret() {
        Path file = folder.resolve("postern.password");
        try {
            return Files.writeString(file, PASSWORD + "\n");
        } catch (IOException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** Starts it, also after it was killed, and waits until it takes connections. */
    void start() throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(asNobody(command))
                        .redirectErrorStream(true)
                        .redirectOutput(
                                ProcessBuilder.Redirect.appendTo(
                                        folder.resolve("server.out").toFile()));
        builder.environment().putAll(environment);
        builder.environment().putAll(new TreeMap<>(Map.of("LC_ALL", "C.UTF-8")));
        process = builder.start();
        await("the database in " + folder)
                .atMost(SOON)
                .until(
                        () -> {
                            if (!processes().getFirst().isAlive()) {
                                throw new IllegalStateException(
                                        Files.readString(folder.resolve("server.out")));
                            }
                            try (Socket socket =
                                    new Socket(InetAddress.getLoopbackAddress(), port)) {
                                return socket.isConnected();
                            } catch (IOException notYet) {
                                return false;
                            }
                        });
        filling.fill(this);
    }

    private List<ProcessHandle> processes() {
        Process running = process;
        return running == null
                ? List.of()
                : Stream.concat(Stream.of(running.toHandle()), running.descendants()).toList();
    }

    void kill() {
        List<ProcessHandle> all = processes();
        all.forEach(ProcessHandle::destroyForcibly);
        await().atMost(SOON).until(() -> all.stream().noneMatch(ProcessHandle::isAlive));
    }

    /** It hangs: connections are taken by the kernel and nobody answers. */
    void stop() throws IOException {
        signal("-STOP");
    }

    void resume() throws IOException {
        signal("-CONT");
    }

    private void signal(String signal) throws IOException {
        List<String> words = new ArrayList<>(List.of("kill", signal));
        processes().forEach(each -> words.add(Long.toString(each.pid())));
        Tool.run(SOON, "", words.toArray(String[]::new));
    }

    @Override
    public void close() {
        Process running = process;
        if (running == null) {
            return;
        }
        List<ProcessHandle> all = processes();
        running.destroy();
        try {
            if (!running.waitFor(10, TimeUnit.SECONDS)) {
                all.forEach(ProcessHandle::destroyForcibly);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        all.forEach(ProcessHandle::destroyForcibly);
    }
}

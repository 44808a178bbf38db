package postern.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.IntFunction;

/** memcached and Redis of Debian's, with the same people in them as {@link Databases} have. */
final class Stores {
    private static final Map<String, String> PEOPLE =
            new TreeMap<>(
                    Map.of(
                            "box:ann@shop.example",
                            "shop.example/ann/",
                            "alias:sales@shop.example",
                            "ann@shop.example",
                            "alias:all@shop.example",
                            "ann@shop.example, o'hara@shop.example",
                            "quota:ann",
                            "7"));

    private Stores() {}

    static Databases memcached(Path folder) throws IOException {
        return server(
                folder,
                "memcached/usr",
                port ->
                        List.of(
                                "bin/memcached",
                                "-l",
                                "127.0.0.1",
                                "-p",
                                Integer.toString(port),
                                "-U",
                                "0"),
                each -> tables(each, "memcache", ""),
                each -> {
                    for (var person : PEOPLE.entrySet()) {
                        int length = person.getValue().length();
                        String set = "set " + person.getKey() + " 0 0 " + length;
                        say(each, set + "\r\n" + person.getValue() + "\r\n", "STORED");
                    }
                });
    }

    static Databases redis(Path folder) throws IOException {
        return server(
                folder,
                "redis/usr",
                port ->
                        List.of(
                                "bin/redis-server",
                                "--bind",
                                "127.0.0.1",
                                "--port",
                                Integer.toString(port),
                                "--dir",
                                folder.toString(),
                                "--save",
                                "",
                                "--requirepass",
                                Databases.PASSWORD),
                each ->
                        tables(
                                each,
                                "redis",
                                "password_file = \"%s\"\ndatabase = \"3\"\n"
                                        .formatted(each.secret())),
                each -> {
                    StringBuilder commands = new StringBuilder();
                    commands.append("AUTH ").append(Databases.PASSWORD).append("\r\n");
                    commands.append("SELECT 3\r\n");
                    PEOPLE.forEach(
                            (key, value) ->
                                    commands.append("SET ")
                                            .append(key)
                                            .append(" \"")
                                            .append(value)
                                            .append("\"\r\n"));
                    say(each, commands.toString(), "+OK");
                });
    }

    /**
     * @param peer the folder of its package
     * @param command the program below that folder, and its arguments, for a port
     */
    private static Databases server(
            Path folder,
            String peer,
            IntFunction<List<String>> command,
            Function<Databases, String> tables,
            Databases.Filling filling)
            throws IOException {
        Path usr = Tool.peer(peer);
        Path _ = Databases.ofNobody(folder);
        int port = Postern.freePort();
        List<String> words = new ArrayList<>(command.apply(port));
        words.set(0, usr.resolve(words.getFirst()).toString());
        var server =
                new Databases(
                        folder,
                        port,
                        words,
                        Databases.libraries(usr.resolve("lib/x86_64-linux-gnu")),
                        tables,
                        filling);
        server.start();
        return server;
    }

    /** Every command of those is answered by that. */
    private static void say(Databases server, String commands, String reply) throws IOException {
        long lines = reply.equals("STORED") ? 1 : commands.lines().count();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.getOutputStream().write(commands.getBytes(StandardCharsets.US_ASCII));
            var in =
                    new BufferedReader(
                            new InputStreamReader(
                                    socket.getInputStream(), StandardCharsets.US_ASCII));
            for (long i = 0; i < lines; i++) {
                String line = in.readLine();
                if (!reply.equals(line)) {
                    throw new IOException("not filled: " + line);
                }
            }
        }
    }

    private static String tables(Databases server, String kind, String more) {
        String access =
                """
                kind = "%s"
                servers = ["127.0.0.1:%d"]
                timeout = "3s"
                cache = "0s"
                """
                                .formatted(kind, server.port())
                        + more;
        return "[table.boxes]\n"
                + access
                + "key_format = \"box:%s\"\ndomains = [\"shop.example\"]\n"
                + "[table.aliases]\n"
                + access
                + "key_format = \"alias:%s\"\n"
                + "[table.odd]\n"
                + access
                + "key_format = \"quota:%u\"\nresult_format = \"%s of %S\"\n";
    }
}

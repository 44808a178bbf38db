package postern.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables that other programs keep, asked by the lookup domain. */
class NetworkTablesTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    /** A socketmap server of somebody else's. */
    private static final class SocketMapServer implements AutoCloseable {
        private final ServerSocket listener =
                new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        final Map<String, String> replies = new ConcurrentHashMap<>();
        final List<String> asked = new CopyOnWriteArrayList<>();
        volatile boolean silent;

        SocketMapServer() throws IOException {
            Thread.ofVirtual()
                    .start(
                            () -> {
                                while (!listener.isClosed()) {
                                    try {
                                        Socket socket = listener.accept();
                                        Thread.ofVirtual().start(() -> serve(socket));
                                    } catch (IOException closed) {
                                        return;
                                    }
                                }
                            });
        }

        private void serve(Socket socket) {
            try (socket) {
                var in = new DataInputStream(socket.getInputStream());
                OutputStream out = socket.getOutputStream();
                while (true) {
                    int length = 0;
                    for (int c = in.readByte(); c != ':'; c = in.readByte()) {
                        length = length * 10 + c - '0';
                    }
                    String request = new String(in.readNBytes(length), StandardCharsets.UTF_8);
                    in.readByte();
                    asked.add(request);
                    if (silent) {
                        in.readByte(); // until the client hangs up
                    }
                    String reply = replies.getOrDefault(request, "NOTFOUND ");
                    out.write(
                            (reply.length() + ":" + reply + ",").getBytes(StandardCharsets.UTF_8));
                }
            } catch (IOException gone) {
                Thread.yield();
            }
        }

        int port() {
            return listener.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }

    private static String configuration(int port) {
        return """

        [table.routes]
        kind = "socketmap"
        servers = ["127.0.0.1:%d"]
        map = "routes"
        timeout = "1s"
        cache = "0s"

        [routing]
        transport = ["routes"]
        """
                .formatted(port);
    }

    @Test
    void mailIsRoutedByAnotherProgramAndPutOffWhileItIsSilent(
            @TempDir(factory = OpenFolder.class) Path folder) throws IOException {
        try (var server = new SocketMapServer();
                Postern postern =
                        Postern.start(folder, "[127.0.0.1]:9", configuration(server.port()));
                Client client = Client.greeted(postern.smtp())) {
            // smtpd remembers for some seconds what it was told of a recipient: each gets a name
            String user = Postern.USER + "@localhost";
            assertThat(send(client, "ann@example.net", user, "Subject: first\r\n\r\nbody"))
                    .startsWith("250");
            await().atMost(SOON).until(() -> postern.mail(Postern.USER).size() == 1);
            assertThat(server.asked).contains("routes " + user);

            String refused = Postern.USER + "+refused@localhost";
            server.replies.put("routes " + refused, "OK error:5.7.1 gone by socketmap");
            assertThat(send(client, "ann@example.net", refused, "Subject: refused\r\n\r\nbody"))
                    .startsWith("550 5.7.1 ")
                    .contains("gone by socketmap");
            var query = postern.command("table", "query", "routes", refused);
            assertThat(query.output()).contains("error:5.7.1 gone by socketmap");
            var explained = postern.command("explain", "address", refused);
            assertThat(explained.output()).contains("routing.transport").contains("table routes");

            String later = Postern.USER + "+later@localhost";
            server.replies.put("routes " + later, "TEMP come later");
            assertThat(send(client, "ann@example.net", later, "Subject: later\r\n\r\nbody"))
                    .startsWith("451");

            server.silent = true;
            String silent = Postern.USER + "+silent@localhost";
            assertThat(send(client, "ann@example.net", silent, "Subject: silent\r\n\r\nbody"))
                    .startsWith("451");
            assertThat(postern.command("table", "query", "routes", silent).code()).isEqualTo(75);
            server.silent = false;

            await().atMost(SOON)
                    .until(
                            () ->
                                    send(
                                                    client,
                                                    "ann@example.net",
                                                    silent,
                                                    "Subject: again\r\n\r\nb")
                                            .startsWith("250"));
            await().atMost(SOON).until(() -> postern.mail(Postern.USER).size() == 2);
        }
    }

    @Test
    void whatWasTakenIsDeferredWhileTheTableIsGoneAndGoesOutWhenItIsBack(
            @TempDir(factory = OpenFolder.class) Path folder) throws IOException {
        try (var server = new SocketMapServer();
                Postern postern =
                        Postern.start(folder, "[127.0.0.1]:9", configuration(server.port()))) {
            String user = Postern.USER + "@localhost";
            server.replies.put("routes " + user, "OK retry:4.7.1 not before it is back");
            try (Client client = Client.greeted(postern.smtp())) {
                for (int i = 0; i < 5; i++) {
                    assertThat(send(client, "ann@example.net", user, "Subject: " + i + "\r\n\r\nb"))
                            .startsWith("250");
                }
            }
            await().atMost(SOON).until(() -> waiting(postern, "not before it is back") == 5);
            server.replies.put("routes " + user, "PERM broken");
            assertThat(postern.command("queue", "flush").code()).isZero();
            await().atMost(SOON).until(() -> waiting(postern, "broken") == 5);

            server.replies.clear();
            assertThat(postern.command("queue", "flush").code()).isZero();
            await().atMost(SOON)
                    .untilAsserted(
                            () ->
                                    assertThat(postern.mail(Postern.USER))
                                            .as(postern.log())
                                            .hasSize(5));
        }
    }

    /** After what was refused before. */
    private static String send(Client client, String sender, String recipient, String content)
            throws IOException {
        String reset = client.say("RSET");
        return reset.startsWith("250") ? client.send(sender, recipient, content) : reset;
    }

    /** Asked of the queue: the log tells of a deferral before a flush would find it waiting. */
    private static long waiting(Postern postern, String why) throws IOException {
        return postern.command("queue", "list")
                .output()
                .lines()
                .filter(l -> l.contains(why))
                .count();
    }

    /** Postfix's own client speaks with the lookup domain, where its owner lets it. */
    @Test
    void postmapAsksTheLookupDomain(@TempDir(factory = OpenFolder.class) Path folder)
            throws IOException {
        try (var server = new SocketMapServer();
                Postern postern =
                        Postern.start(folder, "[127.0.0.1]:9", configuration(server.port()))) {
            server.replies.put("routes ann@a.test", "OK smtp:[relay.test]");
            Path etc = Files.createDirectory(folder.resolve("postfix"));
            Files.writeString(
                    etc.resolve("main.cf"),
                    "compatibility_level = 3.6\nmail_owner = daemon\nsetgid_group = mail\n");
            String map =
                    "socketmap:unix:" + postern.state().resolve("run/lookup-queue") + ":routes";
            Tool.Ended found = postmap(etc, "ann@a.test", map);
            assertThat(found.output()).contains("smtp:[relay.test]");
            assertThat(found.code()).isZero();
            assertThat(postmap(etc, "eve@a.test", map).code()).isEqualTo(1);
        }
    }

    private static Tool.Ended postmap(Path etc, String key, String map) throws IOException {
        Path libraries = Tool.peer("postfix/usr/lib/postfix");
        return Tool.run(
                SOON,
                "",
                Map.of("LD_LIBRARY_PATH", libraries.toString()),
                Tool.peer("postfix/usr/sbin/postmap").toString(),
                "-c",
                etc.toString(),
                "-q",
                key,
                map);
    }
}

package postern.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import postern.base.World;
import postern.base.system.SystemWorld;
import postern.testkit.FakeResolver;
import postern.testkit.TestAuthority;
import postern.tls.Authorities;

/** Against a server of the JDK's that says what it is told to say, octet by octet. */
class HttpsClientTest {
    private static final World WORLD = SystemWorld.create((level, line) -> {});
    private static final String HOST = "web.example";
    private static final HttpsClient.Bounds BOUNDS =
            new HttpsClient.Bounds(Duration.ofSeconds(30), 1000);

    @TempDir static Path folder;

    @SuppressWarnings("NullAway.Init") // before all
    private static TestAuthority authority;

    private final FakeResolver resolver = new FakeResolver().host(HOST, "127.0.0.1");
    private final BlockingQueue<String> requests = new ArrayBlockingQueue<>(10);
    private @org.jspecify.annotations.Nullable SSLServerSocket listening;

    @BeforeAll
    static void issue() {
        authority =
                TestAuthority.create()
                        .issue("good", HOST)
                        .issue("wildcard", "*.example")
                        .issue("other", "other.example", "*.web.example")
                        .issueNamed("cn", HOST)
                        .issueExpired("expired", HOST)
                        .selfSigned("self", HOST);
    }

    @AfterEach
    void close() throws IOException {
        if (listening != null) {
            listening.close();
        }
    }

    /** Answers each connection so, and closes. */
    private int serve(String alias, String answer) throws IOException {
        var server =
                (SSLServerSocket)
                        authority
                                .server(alias)
                                .getServerSocketFactory()
                                .createServerSocket(0, 5, InetAddress.ofLiteral("127.0.0.1"));
        listening = server;
        WORLD.tasks()
                .start(
                        "server",
                        () -> {
                            while (!server.isClosed()) {
                                try (SSLSocket socket = (SSLSocket) server.accept()) {
                                    requests.add(request(socket.getInputStream()));
                                    socket.getOutputStream()
                                            .write(answer.getBytes(StandardCharsets.ISO_8859_1));
                                } catch (IOException gone) {
                                    // the client left, or the test is over
                                }
                            }
                        });
        return server.getLocalPort();
    }

    /** Up to the end of the head, and of a body of ten octets where there is one. */
    private static String request(InputStream in) throws IOException {
        var all = new ByteArrayOutputStream();
        String text = "";
        while (!text.contains("\r\n\r\n")
                || text.startsWith("POST") && !text.endsWith("0123456789")) {
            int octet = in.read();
            if (octet < 0) {
                break;
            }
            all.write(octet);
            text = all.toString(StandardCharsets.US_ASCII);
        }
        return text;
    }

    private HttpsClient client() {
        Authorities trusted = Authorities.of(authority.pem());
        return new HttpsClient(WORLD, resolver, () -> trusted);
    }

    private Exchange get(int port) {
        return client().get(new HttpsUrl(HOST, port, "/a?b=c"), "text/plain", BOUNDS);
    }

    @Test
    void aRequestIsWhatRfc9112Wants() throws Exception {
        int port = serve("good", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        assertThat(get(port)).isInstanceOf(Exchange.Answered.class);
        assertThat(requests.poll(20, TimeUnit.SECONDS))
                .isEqualTo(
                        "GET /a?b=c HTTP/1.1\r\nHost: web.example:"
                                + port
                                + "\r\nUser-Agent: Postern\r\nConnection: close\r\n"
                                + "Accept: text/plain\r\n\r\n");
        byte[] body = "0123456789".getBytes(StandardCharsets.US_ASCII);
        Exchange posted =
                client().post(new HttpsUrl(HOST, port, "/"), "application/x", body, BOUNDS);
        assertThat(posted).isInstanceOf(Exchange.Answered.class);
        assertThat(requests.poll(20, TimeUnit.SECONDS))
                .startsWith("POST / HTTP/1.1\r\n")
                .endsWith("Content-Type: application/x\r\nContent-Length: 10\r\n\r\n0123456789");
    }

    @ParameterizedTest
    @CsvSource({
        "'HTTP/1.1 200 OK|Content-Type: Text/Plain; charset=utf-8|Content-Length: 4||bodyrest', 200,"
                + " text/plain, body", // RFC 9112 §6.3
        "'HTTP/1.0 200|Content-Type: text/html||until the end', 200, text/html, until the end",
        "'HTTP/1.1 201 Made|Transfer-Encoding: chunked||3|abc|A;x=y|0123456789|0||', 201, '',"
                + " abc0123456789", // RFC 9112 §7.1
        "'HTTP/1.1 103 Early|Link: x||HTTP/1.1 200 OK|Content-Length: 1||x', 200, '', x", // §15.2
        "'HTTP/1.1 301 Moved|Location: https://web.example/|Content-Length: 0||', 301, '', ''",
        "'HTTP/1.1 204 None||', 204, '', ''", // RFC 9110 §15.3.5
    })
    void answersAreRead(String answer, int status, String type, String body) throws IOException {
        Exchange got = get(serve("good", answer.replace("|", "\r\n")));
        assertThat(got)
                .isInstanceOfSatisfying(
                        Exchange.Answered.class,
                        answered -> {
                            assertThat(answered.response().status()).isEqualTo(status);
                            assertThat(answered.response().mediaType()).isEqualTo(type);
                            assertThat(answered.response().body()).asString().isEqualTo(body);
                        });
    }

    @ParameterizedTest
    @CsvSource({
        "'', CONNECTION, connection closed",
        "'220 smtp.example ESMTP|', ANSWER, not an answer by HTTP/1.1",
        "'HTTP/1.1 20 OK||', ANSWER, not an answer by HTTP/1.1",
        "'HTTP/2 200 OK||', ANSWER, not an answer by HTTP/1.1",
        "'HTTP/1.1 200 OK|Content-Length: 10||short', ANSWER, the answer ends before its end",
        "'HTTP/1.1 200 OK|Content-Length: 1001||', ANSWER, the answer exceeds 1000 octets",
        "'HTTP/1.1 200 OK|Content-Length: 9999999999999999999||', ANSWER,"
                + " the answer exceeds 1000 octets",
        "'HTTP/1.1 200 OK|Content-Length: 1|Content-Length: 2||x', ANSWER,"
                + " Content-Length is malformed", // RFC 9112 §6.3
        "'HTTP/1.1 200 OK|Content-Length: -1||x', ANSWER, Content-Length is malformed",
        "'HTTP/1.1 200 OK|Transfer-Encoding: chunked||3e9|', ANSWER,"
                + " the answer exceeds 1000 octets",
        "'HTTP/1.1 200 OK|Transfer-Encoding: chunked||xyz|', ANSWER, a chunk is malformed",
        "'HTTP/1.1 200 OK|Transfer-Encoding: chunked||1|abc|0||', ANSWER, a chunk is malformed",
        "'HTTP/1.1 200 OK|Transfer-Encoding: gzip||', ANSWER,"
                + " a transfer coding that was not asked for",
        "'HTTP/1.1 200 OK|Content-Encoding: gzip||', ANSWER,"
                + " a content coding that was not asked for",
        "'HTTP/1.1 200 OK| folded||', ANSWER, a header field is malformed",
        "'HTTP/1.1 100 Go||HTTP/1.1 100 Go||HTTP/1.1 100 Go||HTTP/1.1 100 Go||HTTP/1.1 100 Go||',"
                + " ANSWER, only interim responses",
    })
    void whatIsNoAnswerIsSaid(String answer, Exchange.Stage stage, String why) throws IOException {
        assertThat(get(serve("good", answer.replace("|", "\r\n"))))
                .isEqualTo(new Exchange.Failed(stage, why));
    }

    @Test
    void anEndlessAnswerIsCutOff() throws IOException {
        String endless = "HTTP/1.1 200 OK\r\n\r\n" + "x".repeat(2000);
        assertThat(get(serve("good", endless)))
                .isEqualTo(
                        new Exchange.Failed(
                                Exchange.Stage.ANSWER, "the answer exceeds 1000 octets"));
        String wide = "HTTP/1.1 200 OK\r\n" + "X: y\r\n".repeat(200) + "\r\n";
        assertThat(get(serve("good", wide)))
                .isEqualTo(
                        new Exchange.Failed(Exchange.Stage.ANSWER, "more than 100 header fields"));
    }

    /** RFC 9110 §4.3.4, RFC 6125 §6.4: and not an octet of the request was sent. */
    @ParameterizedTest
    @ValueSource(strings = {"other", "cn", "expired", "self"})
    void whoDoesNotProveTheNameIsAskedNothing(String alias) throws Exception {
        assertThat(get(serve(alias, "HTTP/1.1 200 OK\r\n\r\n")))
                .isInstanceOfSatisfying(
                        Exchange.Failed.class,
                        failed -> assertThat(failed.stage()).isEqualTo(Exchange.Stage.CERTIFICATE));
        assertThat(requests.poll(20, TimeUnit.SECONDS)).isEqualTo("");
    }

    @Test
    void aWildcardStandsForOneLabel() throws IOException {
        assertThat(get(serve("wildcard", "HTTP/1.1 200 OK\r\n\r\n")))
                .isInstanceOf(Exchange.Failed.class); // *.example would be for a whole top domain
        resolver.host("a.web.example", "127.0.0.1");
        int port = serve("other", "HTTP/1.1 200 OK\r\n\r\n");
        var url = new HttpsUrl("a.web.example", port, "/");
        assertThat(client().get(url, "text/plain", BOUNDS)).isInstanceOf(Exchange.Answered.class);
    }

    @Test
    void hostsThatAreNotThereAreSaid() throws IOException {
        var nowhere = new HttpsUrl("nowhere.example", 443, "/");
        assertThat(client().get(nowhere, "text/plain", BOUNDS))
                .isEqualTo(
                        new Exchange.Failed(Exchange.Stage.NAME, "nowhere.example has no address"));
        int port;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort(); // where nobody ever took a connection
        }
        assertThat(get(port))
                .isInstanceOfSatisfying(
                        Exchange.Failed.class,
                        failed -> assertThat(failed.stage()).isEqualTo(Exchange.Stage.CONNECTION));
    }

    @ParameterizedTest
    @CsvSource({
        "https://Web.Example, web.example, 443, /",
        "HTTPS://web.example:8443/a/b?c=%20, web.example, 8443, /a/b?c=%20",
        "https://web.example?x, web.example, 443, /?x",
    })
    void urlsAreRead(String text, String host, int port, String target) {
        assertThat(HttpsUrl.parse(text)).contains(new HttpsUrl(host, port, target));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://web.example/",
                "https://192.0.2.1/",
                "https://[2001:db8::1]/",
                "https://user@web.example/",
                "https://web.example/#a",
                "https:///x",
                "https://",
                "https://web.example:0/",
                "https://web.example:70000/",
                "web.example",
                "https://web.example/a b",
                "https://web.example/\r\nX: y",
                "https://-a.example/",
                "https://a..example/",
                "https://2130706433/"
            })
    void whatIsNoUrlIsNone(String text) {
        assertThat(HttpsUrl.parse(text)).isEmpty();
    }
}

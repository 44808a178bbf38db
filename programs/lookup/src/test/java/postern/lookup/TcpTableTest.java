package postern.lookup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import postern.base.Endpoint;
import postern.base.World;
import postern.base.system.SystemWorld;
import postern.table.Table;
import postern.table.Table.Answer;

/** tcp_table(5), against a server that answers what a test wants. */
final class TcpTableTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private final World world = SystemWorld.create((_, _) -> {});

    private Table table(List<Endpoint> servers, Duration limit) {
        return new TcpTable(world, servers, 1, limit, "table t");
    }

    private static String said(Answer answer) {
        return switch (answer) {
            case Answer.Found found -> "found " + found.value();
            case Answer.Absent _ -> "absent";
            case Answer.TemporaryFailure(String reason) -> "later " + reason;
        };
    }

    /** Each reply gives the key as it came; the server says what the test says. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    200 mail%20box           | found mail box
                    200 %C3%A9               | found é
                    500 nobody               | absent
                    400 busy%21              | later busy!
                    200 broken%2             | later a reply with a broken %XX
                    200 broken%zz            | later a reply with a broken %XX
                    299 what                 | later a reply that is none of tcp_table's
                    x                        | later a reply that is none of tcp_table's
                    """)
    void everyReplyIsAnAnswer(String reply, String expected) throws IOException {
        try (var server =
                new Scripted(
                        (in, out) -> {
                            while (true) {
                                String _ = Scripted.line(in);
                                out.write((reply + "\n").getBytes(StandardCharsets.US_ASCII));
                            }
                        })) {
            Table table = table(List.of(server.endpoint()), LIMIT);
            String said = said(table.lookup("k"));
            assertThat(said.replace(server.endpoint() + ": ", "")).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @CsvSource({"a b", "a%b", "ä@b", "'a\nget c'", "'a\r'", "\"x'; DROP\""})
    void aKeyIsOneWordWhateverItHolds(String key) throws IOException {
        try (var server =
                new Scripted(
                        (in, out) -> {
                            while (true) {
                                String asked = Scripted.line(in).substring("get ".length());
                                out.write(
                                        ("200 " + asked + "\n")
                                                .getBytes(StandardCharsets.US_ASCII));
                            }
                        })) {
            Table table = table(List.of(server.endpoint()), LIMIT);
            assertThat(said(table.lookup(key))).isEqualTo("found " + key);
        }
    }

    @Test
    void aSilentServerIsAFailureAndTheNextOneIsAsked() throws IOException {
        try (var silent = new Scripted((in, _) -> in.transferTo(OutputStream.nullOutputStream()));
                var server =
                        new Scripted(
                                (in, out) -> {
                                    String _ = Scripted.line(in);
                                    out.write("200 yes\n".getBytes(StandardCharsets.US_ASCII));
                                    String _ = Scripted.line(in);
                                })) {
            Table alone = table(List.of(silent.endpoint()), Duration.ofSeconds(1));
            assertThat(said(alone.lookup("k"))).startsWith("later").contains("no answer in time");
            Table both =
                    table(List.of(silent.endpoint(), server.endpoint()), Duration.ofSeconds(4));
            assertThat(said(both.lookup("k"))).isEqualTo("found yes");
        }
    }

    @Test
    void aConnectionThatDiedIsReplacedAndASecondServerTakesOver() throws IOException {
        Endpoint nobody;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = new Endpoint.Tcp(closed.getInetAddress(), closed.getLocalPort());
        }
        try (var server =
                new Scripted(
                        (in, out) -> {
                            String _ = Scripted.line(in);
                            out.write("200 yes\n".getBytes(StandardCharsets.US_ASCII));
                        })) { // and closes after each answer
            Table table = table(List.of(nobody, server.endpoint()), LIMIT);
            for (int i = 0; i < 5; i++) {
                assertThat(said(table.lookup("k"))).isEqualTo("found yes");
            }
        }
        assertThat(said(table(List.of(nobody), LIMIT).lookup("k"))).startsWith("later");
    }
}

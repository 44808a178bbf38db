package postern.lookup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import postern.base.Endpoint;
import postern.base.World;
import postern.base.system.SystemWorld;
import postern.table.Table;
import postern.table.Table.Answer;

/** memcached's and Redis's protocols, against a server that answers what a test wants. */
final class StoreTableTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Redis REDIS = new Redis("", "", 0);
    private final World world = SystemWorld.create((_, _) -> {});
    private final List<String> asked = new CopyOnWriteArrayList<>();

    private Table table(StoreTable.Store store, Duration limit, Endpoint... servers) {
        return table(store, "%s", "%s", List.of(), limit, servers);
    }

    private Table table(
            StoreTable.Store store,
            String key,
            String format,
            List<String> domains,
            Duration limit,
            Endpoint... servers) {
        var question =
                new StoreTable.Question(Template.parse(key), Template.parse(format), domains);
        return new StoreTable(world, List.of(servers), 1, limit, store, question, "table t");
    }

    private static String said(Answer answer) {
        return switch (answer) {
            case Answer.Found found -> "found " + found.value();
            case Answer.Absent _ -> "absent";
            case Answer.TemporaryFailure(String reason) -> "later " + reason;
        };
    }

    private static String unescaped(String text) {
        return text.replace("\\r", "\r").replace("\\n", "\n");
    }

    /** Says the same to every line that begins a question. */
    private Scripted answering(String question, String reply) throws IOException {
        return new Scripted(
                (in, out) -> {
                    while (true) {
                        String line = Scripted.line(in);
                        asked.add(line);
                        if (line.startsWith(question)) {
                            out.write(unescaped(reply).getBytes(StandardCharsets.UTF_8));
                        }
                    }
                });
    }

    /** Of memcached's protocol.txt, "Retrieval command" and "Error strings". */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    VALUE k 0 3\\r\\nann\\r\\nEND\\r\\n      | found ann
                    VALUE k 0 3 77\\r\\nann\\r\\nEND\\r\\n   | found ann
                    VALUE k 0 4\\r\\na\\r\\nb\\r\\nEND\\r\\n | found a\\r\\nb
                    VALUE k 0 0\\r\\n\\r\\nEND\\r\\n         | absent
                    END\\r\\n                                | absent
                    VALUE other 0 3\\r\\nann\\r\\nEND\\r\\n  | later a reply that is none of memcached's
                    VALUE k 0 3\\r\\nannEND\\r\\n            | later a value that does not end where it should
                    VALUE k 0 x\\r\\nann\\r\\nEND\\r\\n      | later a value of no length
                    VALUE k 0 -1\\r\\nann\\r\\nEND\\r\\n     | later a value of no length
                    VALUE k 0 25001\\r\\n                    | later a value of more than 25000 octets
                    VALUE k 0 999999999999\\r\\n             | later a value of more than 25000 octets
                    VALUE k 0 9999999999999\\r\\n            | later a value of no length
                    SERVER_ERROR out of memory\\r\\n         | later SERVER_ERROR out of memory
                    ERROR\\r\\n                              | later ERROR
                    SSH-2.0-OpenSSH_9.2p1\\r\\n              | later a reply that is none of memcached's
                    \\r\\n                                   | later a reply that is none of memcached's
                    """)
    void everyReplyOfMemcachedIsAnAnswer(String reply, String expected) throws IOException {
        try (var server = answering("get k", reply)) {
            Table table = table(new Memcache(), LIMIT, server.endpoint());
            assertThat(said(table.lookup("k"))).endsWith(unescaped(last(expected)));
            assertThat(said(table.lookup("k"))).startsWith(expected.split(" ", 2)[0]);
        }
    }

    /** RESP2: bulk strings, nulls, simple errors. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    $3\\r\\nann\\r\\n                    | found ann
                    $0\\r\\n\\r\\n                       | absent
                    $-1\\r\\n                            | absent
                    $3\\r\\nannex\\r\\n                  | later a value that does not end where it should
                    $-2\\r\\n                            | later a value of no length
                    $25001\\r\\n                         | later a value of more than 25000 octets
                    -WRONGTYPE Operation against a key\\r\\n | later WRONGTYPE Operation against a key
                    -LOADING Redis is loading\\r\\n      | later LOADING Redis is loading
                    -NOAUTH Authentication required.\\r\\n | later NOAUTH Authentication required.
                    +OK\\r\\n                            | later a reply that is none of Redis's
                    *1\\r\\n$1\\r\\na\\r\\n              | later a reply that is none of Redis's
                    HTTP/1.1 400 Bad Request\\r\\n       | later a reply that is none of Redis's
                    """)
    void everyReplyOfRedisIsAnAnswer(String reply, String expected) throws IOException {
        try (var server = answering("k", reply)) {
            Table table = table(REDIS, LIMIT, server.endpoint());
            assertThat(said(table.lookup("k"))).endsWith(last(expected));
            assertThat(said(table.lookup("k"))).startsWith(expected.split(" ", 2)[0]);
        }
    }

    /** Without "later", behind which the server is named where it is the server's fault. */
    private static String last(String expected) {
        return expected.startsWith("later ") ? expected.substring(6) : expected;
    }

    /** What would end a command of memcached's is never sent: such a key cannot be there. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a b",
                "a\r\nflush_all",
                "a\nset x 0 0 1",
                "a\tb",
                "a\0b",
                "a\u007fb",
                "0123456789012345678901234567890123456789012345678901234567890123456789"
                        + "0123456789012345678901234567890123456789012345678901234567890123456789"
                        + "0123456789012345678901234567890123456789012345678901234567890123456789"
                        + "0123456789012345678901234567890123456789x"
            })
    void whatIsNoKeyOfMemcachedIsNotAskedFor(String key) throws IOException {
        try (var server = answering("get", "END\r\n")) {
            Table table = table(new Memcache(), LIMIT, server.endpoint());
            assertThat(said(table.lookup(key))).isEqualTo("absent");
            assertThat(said(table.lookup("ü*'\";--@x"))).isEqualTo("absent");
        }
        assertThat(asked).containsExactly("get Ã¼*'\";--@x\r");
    }

    /** Each word goes with its length, so that what is in it means nothing. */
    @ParameterizedTest
    @ValueSource(strings = {"a b", "a\r\n*1\r\n$8\r\nFLUSHALL\r\n", "ü@x", "$3\r\n", "a\0b", "*"})
    void aKeyOfRedisIsOneWordWhateverItHolds(String key) throws IOException {
        try (var server =
                new Scripted(
                        (in, out) -> {
                            while (true) {
                                asked.add(Scripted.line(in));
                                asked.add(word(in));
                                asked.add(word(in));
                                out.write("$2\r\nok\r\n".getBytes(StandardCharsets.US_ASCII));
                            }
                        })) {
            Table table = table(REDIS, LIMIT, server.endpoint());
            assertThat(said(table.lookup(key))).isEqualTo("found ok");
            assertThat(said(table.lookup(key))).isEqualTo("found ok");
        }
        assertThat(asked).containsExactly("*2\r", "GET", key, "*2\r", "GET", key);
    }

    private static String word(InputStream in) throws IOException {
        int length = Integer.parseInt(Scripted.line(in).strip().substring(1));
        String word = new String(in.readNBytes(length), StandardCharsets.UTF_8);
        assertThat(in.readNBytes(2)).containsExactly('\r', '\n');
        return word;
    }

    @ParameterizedTest
    @CsvSource({
        "'',pw,0,'AUTH pw'",
        "ann,pw,3,'AUTH ann pw SELECT 3'",
        "'','',3,'SELECT 3'",
        "'','',0,''"
    })
    void redisIsToldWhoAsksAndWhere(String user, String password, int database, String expected)
            throws IOException {
        try (var server =
                new Scripted(
                        (in, out) -> {
                            while (true) {
                                int words =
                                        Integer.parseInt(Scripted.line(in).strip().substring(1));
                                String first = word(in);
                                asked.add(first);
                                for (int i = 1; i < words; i++) {
                                    asked.add(word(in));
                                }
                                String reply = first.equals("GET") ? "$2\r\nok\r\n" : "+OK\r\n";
                                out.write(reply.getBytes(StandardCharsets.US_ASCII));
                            }
                        })) {
            Table table = table(new Redis(user, password, database), LIMIT, server.endpoint());
            assertThat(said(table.lookup("k"))).isEqualTo("found ok");
        }
        assertThat(String.join(" ", asked)).isEqualTo((expected + " GET k").strip());
    }

    @Test
    void aPasswordThatIsRefusedIsAFailureThatDoesNotTellIt() throws IOException {
        try (var server = answering("AUTH", "-WRONGPASS invalid username-password pair\r\n")) {
            Table table = table(new Redis("ann", "s3cret", 0), LIMIT, server.endpoint());
            assertThat(said(table.lookup("k")))
                    .contains("WRONGPASS invalid username-password pair")
                    .doesNotContain("s3cret");
        }
    }

    @Test
    void keysAndValuesAreFormattedAndDomainsKept() throws IOException {
        try (var server = answering("get", "VALUE box:shop.example/ann 0 3\r\nbox\r\nEND\r\n")) {
            Table table =
                    table(
                            new Memcache(),
                            "box:%d/%u",
                            "/var/mail/%s of %S",
                            List.of("shop.example"),
                            LIMIT,
                            server.endpoint());
            assertThat(said(table.lookup("ann@shop.example")))
                    .isEqualTo("found /var/mail/box of ann@shop.example");
            assertThat(said(table.lookup("ann@far.example"))).isEqualTo("absent");
            assertThat(said(table.lookup("ann"))).isEqualTo("absent");
            assertThat(said(table.lookup("@shop.example"))).isEqualTo("absent");
        }
        assertThat(asked).hasSize(1);
    }

    /** One key with a value of no use must not take the table from all others. */
    @Test
    void aValueThatIsTooLongIsAboutItsKeyAlone() throws IOException {
        try (var server =
                new Scripted(
                        (in, out) -> {
                            while (true) {
                                String reply =
                                        Scripted.line(in).startsWith("get big")
                                                ? "VALUE big 0 999999\r\n" + "x".repeat(2000)
                                                : "VALUE k 0 2\r\nok\r\nEND\r\n";
                                out.write(reply.getBytes(StandardCharsets.US_ASCII));
                            }
                        })) {
            Table table = table(new Memcache(), LIMIT, server.endpoint());
            for (int i = 0; i < 3; i++) {
                assertThat(said(table.lookup("big")))
                        .isEqualTo("later a value of more than 25000 octets");
                assertThat(said(table.lookup("k"))).isEqualTo("found ok");
            }
        }
    }

    @Test
    void theSecondServerAnswersWhileTheFirstIsGoneSilentOrUnwell() throws IOException {
        Endpoint nobody;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = new Endpoint.Tcp(closed.getInetAddress(), closed.getLocalPort());
        }
        try (var good = answering("k", "$2\r\nok\r\n");
                var unwell = answering("k", "-LOADING Redis is loading\r\n");
                var silent = answering("k", "");
                var garbage = answering("k", "220 mail.example ESMTP\r\n")) {
            for (Endpoint first :
                    List.of(nobody, unwell.endpoint(), silent.endpoint(), garbage.endpoint())) {
                Table table = table(REDIS, Duration.ofSeconds(2), first, good.endpoint());
                assertThat(said(table.lookup("k"))).isEqualTo("found ok");
                assertThat(said(table.lookup("k"))).isEqualTo("found ok");
            }
            Table none = table(REDIS, Duration.ofSeconds(2), nobody, unwell.endpoint());
            assertThat(said(none.lookup("k"))).startsWith("later").contains("LOADING");
        }
    }
}

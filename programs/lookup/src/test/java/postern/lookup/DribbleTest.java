package postern.lookup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import postern.base.Endpoint;
import postern.base.World;
import postern.base.system.SystemWorld;
import postern.table.DatabaseKeys;
import postern.table.Table;
import postern.table.Table.Answer;

/** Servers that send an octet now and then: each read is answered, and the question never is. */
@Execution(ExecutionMode.CONCURRENT)
final class DribbleTest {
    private static final Duration LIMIT = Duration.ofSeconds(2);
    private static final int OCTETS = 2000;

    private static final World WORLD = SystemWorld.create((_, _) -> {});

    /** How the answer begins that has no end. */
    enum Kind {
        TCP("200 a"),
        REDIS("$20000\r\na"),
        MEMCACHE("VALUE k 0 20000\r\na"),
        SOCKETMAP("90000:OK a"),
        LDAP(
                "0\u0083\u0001\u0000\u0000\u0002\u0001\u0001d\u0083\u0000\u00ff\u00f0\u0004\u0083\u0000\u00ff\u00e0a");

        private final byte[] begin;

        Kind(String begin) {
            this.begin = begin.getBytes(StandardCharsets.ISO_8859_1);
        }

        Table table(Endpoint.Tcp... servers) {
            List<Endpoint> all = List.of(servers);
            return switch (this) {
                case TCP -> new TcpTable(WORLD, all, 1, LIMIT, "t");
                case REDIS -> store(new Redis("", "", 0), all);
                case MEMCACHE -> store(new Memcache(), all);
                case SOCKETMAP -> new SocketMapTable(WORLD, all, 1, LIMIT, "map", "t");
                case LDAP -> directory(List.of(servers));
            };
        }

        private static Table store(StoreTable.Store store, List<Endpoint> all) {
            var question =
                    new StoreTable.Question(Template.parse("%s"), Template.parse("%s"), List.of());
            return new StoreTable(WORLD, all, 1, LIMIT, store, question, "t");
        }

        private static Table directory(List<Endpoint.Tcp> all) {
            var access =
                    new LdapTable.Access(
                            "", "", DatabaseKeys.Tls.OFF, false, Optional.empty(), LIMIT);
            var question =
                    new LdapTable.Question(
                            Template.parse("dc=a"),
                            Template.parse("(mail=%s)"),
                            DatabaseKeys.Scope.SUB,
                            List.of("uid"),
                            List.of(),
                            Template.parse("%s"),
                            List.of(),
                            10);
            return new LdapTable(
                    WORLD,
                    all.stream()
                            .map(each -> new DatabaseKeys.Host("127.0.0.1", each.port()))
                            .toList(),
                    access,
                    1,
                    question,
                    "t");
        }
    }

    /** An entry without attributes, as a directory sends it: RFC 4511 §4.5.2. */
    private static final byte[] ENTRY =
            "0\r\u0002\u0001\u0001d\b\u0004\u0004dc=a0\u0000".getBytes(StandardCharsets.ISO_8859_1);

    /** As fast as it can, and whatever number it was asked for. */
    @Test
    void anAnswerWithoutEndIsNone() throws Exception {
        CountDownLatch hungUp = new CountDownLatch(1);
        try (var server =
                new Scripted(
                        (_, out) -> {
                            try {
                                while (true) {
                                    out.write(ENTRY);
                                }
                            } catch (IOException gone) {
                                hungUp.countDown();
                            }
                        })) {
            assertThat(Kind.LDAP.table((Endpoint.Tcp) server.endpoint()).lookup("k"))
                    .isInstanceOfSatisfying(
                            Answer.TemporaryFailure.class,
                            later ->
                                    assertThat(later.reason())
                                            .contains("more entries than were asked for"));
            assertThat(hungUp.await(60, TimeUnit.SECONDS)).as("hung up").isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aQuestionEndsByItsDeadline(Kind kind) throws Exception {
        CountDownLatch through = new CountDownLatch(1);
        CountDownLatch hungUp = new CountDownLatch(2);
        try (var server =
                new Scripted(
                        (_, out) -> {
                            try {
                                out.write(kind.begin);
                                for (int i = 0; i < OCTETS; i++) {
                                    out.write('a');
                                    boolean _ = through.await(50, TimeUnit.MILLISECONDS);
                                }
                                through.countDown();
                            } catch (IOException gone) {
                                hungUp.countDown();
                            }
                        })) {
            Table table = kind.table((Endpoint.Tcp) server.endpoint());
            assertThat(table.lookup("k"))
                    .isInstanceOfSatisfying(
                            Answer.TemporaryFailure.class,
                            later -> assertThat(later.reason()).contains("no answer in time"));
            // room for another question is left; whoever dribbles is left alone for a while
            assertThat(table.lookup("k"))
                    .isInstanceOfSatisfying(
                            Answer.TemporaryFailure.class,
                            later -> assertThat(later.reason()).contains("no answer in time"));
            hungUp.countDown();
            assertThat(hungUp.await(60, TimeUnit.SECONDS)).as("hung up").isTrue();
            assertThat(through.getCount()).as("answered to the end").isOne();
            assertThat(server.connections).hasValue(1);
        }
    }
}

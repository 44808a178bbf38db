package postern.sasl.dovecot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import postern.base.Endpoint;
import postern.base.Listener;
import postern.base.Peer;
import postern.base.World;
import postern.testkit.LyingDisk;
import postern.testkit.SimWorld;

/** What another's service says, and when it is passed on. */
class AuthClientTest {
    private static final Endpoint AT = new Endpoint.Local(Path.of("/run/auth"));

    private final SimWorld sim = new SimWorld(1);
    private final List<String> heard = new ArrayList<>();

    /**
     * A denial is told after two seconds, or twice, however long the service took: RFC 4954 §9
     * leaves it to us that guesses are slow, and the time must not tell what was wrong.
     */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "OK\t1\tuser=ann|0|Granted[user=ann] after 0",
                "OK\t1\tuser=ann|700|Granted[user=ann] after 700",
                "FAIL\t1\tuser=ann|0|Denied[user=ann, why=denied] after 2000",
                "FAIL\t1\tuser=ann|700|Denied[user=ann, why=denied] after 2000",
                "FAIL\t1\tuser=bob\tcode=user_disabled|3|Denied[user=bob, why=user_disabled] after 2000",
                "FAIL\t1\tuser=ann|2100|Denied[user=ann, why=denied] after 4000",
                "FAIL\t1\tuser=ann|2600|Denied[user=ann, why=denied] after 4000",
                "FAIL\t1\tuser=ann\ttemp|700|Unavailable[user=ann, why=denied] after 700",
                "OK\t1\tuser=ann\tnologin|700|Denied[user=ann, why=may not log in] after 2000",
                "OK\t1\tuser=ann\tnologin=y\treason=left|0|Denied[user=ann, why=left] after 2000",
                "OK\t1\tuser=ann\tnologin\tproxy\thost=192.0.2.1|0|Granted[user=ann] after 0",
                "OK\t1\tuser=ann\tproxy=y\tnologin=y|0|Granted[user=ann] after 0",
                "OK\t1\tuser=|0|Unavailable[user=, why=the service names no user] after 0",
            })
    void answersAreToldInTheirTime(String line, int milliseconds, String told) {
        World service = sim.process("service", "dovecot", new LyingDisk()).world();
        World server = sim.process("server", "postern", new LyingDisk()).world();
        service.tasks()
                .start(
                        "service",
                        () -> {
                            try (Listener listener = service.network().listen(AT);
                                    Peer peer = listener.accept()) {
                                Lines lines = new Lines(peer);
                                lines.write("VERSION\t1\t2\nMECH\tPLAIN\tplaintext\nDONE\n");
                                for (int said = 0; said < 3; said++) {
                                    Optional<String> _ = lines.next();
                                }
                                service.clock().sleep(Duration.ofMillis(milliseconds));
                                lines.write(line + "\n");
                                Optional<String> _ = lines.next();
                            } catch (IOException failed) {
                                heard.add(failed.toString());
                            }
                        });
        server.tasks().start("server", () -> heard.add(ask(server)));
        SimWorld.End _ = sim.run(Duration.ofMinutes(5), () -> !heard.isEmpty());

        assertThat(heard).containsExactly(told);
    }

    private static String ask(World server) {
        server.clock().sleep(Duration.ofSeconds(1)); // until it listens
        var client = new AuthClient(server.network(), server.clock(), AT, 7, Duration.ofSeconds(2));
        long began = server.clock().nanoTime();
        try (AuthClient.Exchange exchange = client.exchange()) {
            Answer answer =
                    exchange.begin(
                            new Asked(
                                    "PLAIN",
                                    true,
                                    "192.0.2.1",
                                    "192.0.2.2",
                                    Optional.empty(),
                                    Optional.of("AGFubgB4")));
            Duration taken = Duration.ofNanos(server.clock().nanoTime() - began);
            return answer + " after " + taken.toMillis();
        } catch (IOException failed) {
            return failed.toString();
        }
    }
}

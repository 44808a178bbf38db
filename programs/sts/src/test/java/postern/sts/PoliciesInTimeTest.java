package postern.sts;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import postern.dns.Resolver;
import postern.http.HttpsClient;
import postern.testkit.FakeResolver;
import postern.testkit.LyingDisk;
import postern.testkit.SimNetwork;
import postern.testkit.SimProcess;
import postern.testkit.SimWorld;
import postern.testkit.TestAuthority;
import postern.testkit.WebHost;
import postern.testkit.WebServer.Answer;
import postern.tls.Authorities;

/** What days and crashes do to policies, on virtual time: RFC 8461 §3.2, §3.3, §10.2. */
class PoliciesInTimeTest {
    private static final String DOMAIN = "sts.example";
    private static final InetAddress HOST = InetAddress.ofLiteral("192.0.2.1");
    private static final Duration MAX_AGE = Duration.ofDays(3);
    private static final Answer POLICY =
            new Answer(
                    200,
                    "text/plain",
                    "version: STSv1\r\nmode: enforce\r\nmx: mx.sts.example\r\nmax_age: 259200\r\n");

    @TempDir static Path keys;

    @SuppressWarnings("NullAway.Init") // before all
    private static TestAuthority authority;

    private final SimWorld sim = new SimWorld(1);
    private final LyingDisk disk = new LyingDisk();
    private final FakeResolver resolver =
            new FakeResolver()
                    .host("mta-sts." + DOMAIN, "192.0.2.1")
                    .texts("_mta-sts." + DOMAIN, "v=STSv1; id=1;");
    private final List<Found> found = new ArrayList<>();

    @SuppressWarnings("NullAway.Init") // before each process
    private SimProcess out;

    @SuppressWarnings("NullAway.Init") // before each process
    private Policies policies;

    private final WebHost host = new WebHost(sim, HOST, authority.server("good")).answer(POLICY);

    @BeforeAll
    static void issue() {
        authority = TestAuthority.create().issue("good", "mta-sts." + DOMAIN);
    }

    @AfterEach
    void close() {
        assertThat(sim.panics()).isEmpty();
        sim.close();
    }

    private void start() {
        out = sim.process("out", "postern", disk);
        out.start(
                "start",
                () -> {
                    Authorities trusted = Authorities.of(authority.pem());
                    var client = new HttpsClient(out.world(), resolver, () -> trusted);
                    policies = new Policies(out.world(), resolver, client, Path.of("/out/sts"));
                    policies.tend();
                });
        sim.run(Duration.ofSeconds(1));
    }

    private void serve() {
        host.start();
        start();
    }

    /** What holds now. */
    private Found find() {
        int before = found.size();
        out.start("find", () -> found.add(policies.find(DOMAIN)));
        sim.run(Duration.ofMinutes(2), () -> found.size() > before);
        return found.getLast();
    }

    private void pass(Duration time) {
        sim.run(time);
    }

    /** RFC 8461 §3.3: once a day, whatever the id says. */
    @Test
    void aPolicyInUseIsRefreshedDaily() {
        serve();
        assertThat(find()).isInstanceOf(Found.Promised.class);
        pass(Duration.ofHours(23));
        assertThat(host.requests()).hasSize(1);
        pass(Duration.ofHours(3));
        assertThat(host.requests()).hasSize(2);
        pass(Duration.ofDays(5)); // longer than its age
        assertThat(host.requests().size()).isBetween(6, 8);
        assertThat(find()).isInstanceOf(Found.Promised.class);
    }

    /** RFC 8461 §10.2: news may be held back; what was promised holds for its time, no longer. */
    @Test
    void aPolicyThatCannotBeRefreshedHoldsUntilItsEnd() {
        serve();
        assertThat(find()).isInstanceOf(Found.Promised.class);
        sim.network().reach(HOST, SimNetwork.Reach.SILENT);
        resolver.texts(
                "_mta-sts." + DOMAIN,
                new Resolver.Answer.Temporary<>(Resolver.Trouble.NO_ANSWER, "no answer"));
        pass(MAX_AGE.minusHours(1));
        assertThat(find())
                .isInstanceOfSatisfying(
                        Found.Promised.class,
                        promised -> assertThat(promised.trouble()).isPresent());
        assertThat(sim.log())
                .anyMatch(line -> line.contains("WARNING sts: domain=sts.example failure=sts-"));
        pass(Duration.ofHours(2));
        assertThat(find()).isEqualTo(Found.NOTHING);
        assertThat(disk.exists(Path.of("/out/sts/" + DOMAIN))).isFalse();
    }

    /** What was kept is not forgotten by who pulls the plug: ADR-0170. */
    @Test
    void aPolicyOutlivesTheProcessAndThePowerSupply() throws Exception {
        serve();
        assertThat(find()).isInstanceOf(Found.Promised.class);
        for (int seed = 0; seed < 6; seed++) {
            out.kill();
            if (seed % 2 == 0) {
                disk.kill();
            } else {
                disk.crash(seed);
            }
            sim.network().reach(HOST, SimNetwork.Reach.REFUSING);
            resolver.texts("_mta-sts." + DOMAIN, new Resolver.Answer.NoSuchName<>());
            start();
            assertThat(find()).isInstanceOf(Found.Promised.class);
        }
        assertThat(host.requests()).hasSize(1);
    }

    /** RFC 8461 §3.3: five minutes at least for the same id. */
    @Test
    void afterAFailureTheHostIsLeftAlone() {
        host.answer(new Answer(500, "text/plain", ""));
        serve();
        assertThat(find()).isInstanceOf(Found.Nothing.class);
        pass(Duration.ofMinutes(4));
        assertThat(find()).isInstanceOf(Found.Nothing.class);
        assertThat(host.requests()).hasSize(1);
        resolver.texts("_mta-sts." + DOMAIN, "v=STSv1; id=2;"); // that may be the mend
        assertThat(find()).isInstanceOf(Found.Nothing.class);
        assertThat(host.requests()).hasSize(2);
        host.answer(POLICY);
        pass(Duration.ofMinutes(6));
        assertThat(find()).isInstanceOf(Found.Promised.class);
    }

    /** RFC 8461 §3.3 suggests a minute: then mail goes on. */
    @Test
    void aSilentHostCostsAMinuteAndAllThatWaitForItShareIt() {
        sim.network().reach(HOST, SimNetwork.Reach.SILENT);
        start();
        Duration before = sim.elapsed();
        for (int i = 0; i < 50; i++) {
            out.start("find", () -> found.add(policies.find(DOMAIN)));
        }
        sim.run(Duration.ofMinutes(3), () -> found.size() == 50);
        assertThat(found).hasSize(50).allMatch(Found.Nothing.class::isInstance);
        assertThat(sim.elapsed().minus(before)).isLessThan(Duration.ofSeconds(70));
    }

    @Test
    void aSilentNameServiceIsAskedOnceAMinute() {
        String name = "_mta-sts." + DOMAIN;
        resolver.texts(
                name, new Resolver.Answer.Temporary<>(Resolver.Trouble.NO_ANSWER, "no answer"));
        serve();
        assertThat(find()).isEqualTo(Found.NOTHING);
        resolver.texts(name, "v=STSv1; id=1;");
        pass(Duration.ofSeconds(50));
        assertThat(find()).isEqualTo(Found.NOTHING);
        pass(Duration.ofSeconds(15));
        assertThat(find()).isInstanceOf(Found.Promised.class);
    }

    @Test
    void manyAskAndOneFetches() {
        serve();
        for (int i = 0; i < 50; i++) {
            out.start("find", () -> found.add(policies.find(DOMAIN)));
        }
        sim.run(Duration.ofMinutes(1), () -> found.size() == 50);
        assertThat(found).hasSize(50).allMatch(Found.Promised.class::isInstance);
        assertThat(host.requests()).hasSize(1);
    }
}

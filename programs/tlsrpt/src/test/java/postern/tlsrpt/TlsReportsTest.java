package postern.tlsrpt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import postern.base.Endpoint;
import postern.dns.Resolver;
import postern.http.HttpsClient;
import postern.mail.Mailbox;
import postern.mail.ReversePath;
import postern.testkit.FakeMx;
import postern.testkit.FakeResolver;
import postern.testkit.LyingDisk;
import postern.testkit.SimNetwork;
import postern.testkit.SimProcess;
import postern.testkit.SimWorld;
import postern.testkit.TestAuthority;
import postern.testkit.WebHost;
import postern.testkit.WebServer.Answer;
import postern.testkit.WebServer.Request;
import postern.tls.Authorities;

/** Days of counting and reporting, on virtual time: RFC 8460. Time begins at a midnight of UTC. */
class TlsReportsTest {
    private static final InetAddress WEB = InetAddress.ofLiteral("192.0.2.1");
    private static final Endpoint.Tcp SOCKET =
            new Endpoint.Tcp(InetAddress.ofLiteral("127.0.0.1"), 587);
    private static final Path FOLDER = Path.of("/out/tlsrpt");
    private static final Policy STS =
            new Policy(
                    Policy.Type.STS,
                    List.of("version: STSv1", "mode: enforce", "mx: *.a.example", "max_age: 86400"),
                    List.of("*.a.example"));

    @TempDir static Path keys;

    @SuppressWarnings("NullAway.Init") // before all
    private static TestAuthority authority;

    private final SimWorld sim = new SimWorld(1);
    private final LyingDisk disk = new LyingDisk();
    private final FakeResolver resolver =
            new FakeResolver()
                    .host("web.a.example", "192.0.2.1")
                    .texts("_smtp._tls.a.example", "v=TLSRPTv1; rua=mailto:tls@a.example")
                    .texts("_smtp._tls.b.example", "v=TLSRPTv1; rua=https://web.a.example/v1?x=y");
    private final SimProcess front = sim.process("front", "postern-front", new LyingDisk());
    private final FakeMx queue =
            new FakeMx(front.world()).offering("8BITMIME").replying("AUTH", "235 2.7.0 ok");
    private final WebHost host =
            new WebHost(sim, WEB, authority.server("good"))
                    .answer(new Answer(201, "text/plain", ""));

    @SuppressWarnings("NullAway.Init") // by start
    private SimProcess out;

    @SuppressWarnings("NullAway.Init") // by start
    private TlsReports reports;

    @BeforeAll
    static void issue() {
        authority = TestAuthority.create().issue("good", "web.a.example");
    }

    @BeforeEach
    void open() {
        front.start(
                "submission",
                () -> {
                    try {
                        FakeMx unused = queue.start(SOCKET);
                    } catch (IOException failed) {
                        throw new AssertionError(failed);
                    }
                });
        host.start();
        start();
    }

    @AfterEach
    void close() {
        assertThat(sim.panics()).isEmpty();
        sim.close();
    }

    private void start() {
        out = sim.process("out", "postern-out", disk);
        var config =
                new TlsReportConfig(
                        "Example \"Org\"",
                        Mailbox.of("postmaster", "sender.example"),
                        Mailbox.of("tlsrpt", "sender.example"),
                        ReversePath.NOBODY);
        out.start(
                "start",
                () -> {
                    Authorities trusted = Authorities.of(authority.pem());
                    try {
                        reports =
                                new TlsReports(
                                        out.world(),
                                        config,
                                        "mx.sender.example",
                                        resolver,
                                        new HttpsClient(out.world(), resolver, () -> trusted),
                                        new TlsReports.Places(FOLDER, SOCKET));
                    } catch (IOException failed) {
                        throw new AssertionError(failed);
                    }
                    reports.start();
                });
        sim.run(Duration.ofSeconds(1));
    }

    private void tell(String domain, int times, Failure... failures) {
        for (int i = 0; i < times; i++) {
            reports.tell(new Session(domain, STS, List.of(failures)));
        }
    }

    private static String json(byte[] gzip) {
        try (var in = new GZIPInputStream(new ByteArrayInputStream(gzip))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException broken) {
            throw new AssertionError(broken);
        }
    }

    private static String attached(String message) {
        String part = message.substring(message.indexOf("Content-Type: application/tlsrpt+gzip"));
        String body = part.substring(part.indexOf("\r\n\r\n") + 4, part.indexOf("\r\n--"));
        return json(Base64.getMimeDecoder().decode(body));
    }

    /** RFC 8460 §4.4, §5.3, as docs/tls-reports.md shows it. */
    @Test
    void aDayIsReportedByMail() {
        tell("a.example", 5);
        tell(
                "a.example",
                2,
                new Failure(
                        "certificate-expired",
                        "198.51.100.9",
                        "mx.a.example",
                        "",
                        "203.0.113.7",
                        "certificate has expired"));
        sim.run(Duration.ofHours(30));
        assertThat(queue.received()).hasSize(1);
        FakeMx.Received mail = queue.received().getFirst();
        assertThat(mail.from()).startsWith("<>");
        assertThat(mail.to()).containsExactly("<tls@a.example>");
        assertThat(queue.commands()).contains("AUTH EXTERNAL =");
        assertThat(mail.data())
                .contains("From: tlsrpt@sender.example\r\nTo: tls@a.example\r\n")
                .contains(
                        "Subject: Report Domain: a.example\r\n Submitter: sender.example\r\n"
                                + " Report-ID: <2026-01-01.a.example@mx.sender.example>\r\n")
                .contains("\r\nTLS-Report-Domain: a.example\r\n")
                .contains("\r\nTLS-Report-Submitter: sender.example\r\n")
                .contains("\r\nTLS-Required: No\r\n") // RFC 8689 §5
                .contains("Content-Type: multipart/report; report-type=\"tlsrpt\";")
                .contains("filename=\"sender.example!a.example!1767225600!1767311999.json.gz\"");
        assertThat(mail.data().lines().noneMatch(line -> line.startsWith("."))).isTrue();
        assertThat(mail.data().lines().allMatch(line -> line.length() <= 998)).isTrue();
        assertThat(attached(mail.data()))
                .isEqualTo(
                        """
                        {"organization-name":"Example \\"Org\\"",\
                        "date-range":{"start-datetime":"2026-01-01T00:00:00Z",\
                        "end-datetime":"2026-01-01T23:59:59Z"},\
                        "contact-info":"postmaster@sender.example",\
                        "report-id":"2026-01-01.a.example@mx.sender.example",\
                        "policies":[{"policy":{"policy-type":"sts",\
                        "policy-string":["version: STSv1","mode: enforce","mx: *.a.example",\
                        "max_age: 86400"],"policy-domain":"a.example","mx-host":["*.a.example"]},\
                        "summary":{"total-successful-session-count":5,\
                        "total-failure-session-count":2},\
                        "failure-details":[{"result-type":"certificate-expired",\
                        "sending-mta-ip":"198.51.100.9","receiving-mx-hostname":"mx.a.example",\
                        "receiving-ip":"203.0.113.7","failed-session-count":2,\
                        "failure-reason-code":"certificate has expired"}]}]}\
                        """);
        assertThat(list()).containsExactly("lock");
    }

    private List<String> list() {
        try {
            return disk.list(FOLDER);
        } catch (IOException broken) {
            throw new AssertionError(broken);
        }
    }

    /** RFC 8460 §5.4. */
    @Test
    void aDayIsReportedByHttps() {
        tell("b.example", 1);
        sim.run(Duration.ofHours(30));
        assertThat(host.requests()).hasSize(1);
        Request request = host.requests().getFirst();
        assertThat(request.method() + " " + request.target()).isEqualTo("POST /v1?x=y");
        assertThat(request.mediaType()).isEqualTo("application/tlsrpt+gzip");
        assertThat(json(request.body())).contains("\"policy-domain\":\"b.example\"");
    }

    /** RFC 8460 §4.1: not at midnight, and not before it either. */
    @Test
    void reportsComeAfterTheDayAtAnHourOfTheirOwn() {
        tell("a.example", 1);
        sim.run(Duration.ofHours(24).plusMinutes(4));
        assertThat(queue.received()).isEmpty();
        sim.run(Duration.ofHours(4));
        assertThat(queue.received()).hasSize(1);
        sim.run(Duration.ofDays(2));
        assertThat(queue.received()).hasSize(1); // days without sessions are not reported
    }

    @ParameterizedTest
    @ValueSource(strings = {"c.example", "192.0.2.1", "[192.0.2.1]", "", "a", "../x.example"})
    void whoDoesNotAskHearsNothing(String domain) {
        tell(domain, 3);
        sim.run(Duration.ofHours(30));
        assertThat(queue.received()).isEmpty();
        assertThat(list()).containsExactly("lock");
    }

    /** A minute's counts may be lost, and no more: ADR-0171. */
    @Test
    void countsOutliveCrashesAndAddUpOverProcesses() {
        for (int seed = 0; seed < 4; seed++) {
            tell("a.example", 10);
            sim.run(Duration.ofSeconds(90));
            out.kill();
            if (seed % 2 == 0) {
                disk.kill();
            } else {
                disk.crash(seed);
            }
            start();
        }
        tell("a.example", 1);
        boolean[] saved = new boolean[1];
        out.start("drain", () -> reports.save(() -> saved[0] = true));
        sim.run(Duration.ofSeconds(5));
        assertThat(saved).containsExactly(true);
        out.kill();
        disk.kill();
        start();
        sim.run(Duration.ofHours(30));
        assertThat(attached(queue.received().getFirst().data()))
                .contains("\"total-successful-session-count\":41");
    }

    /** RFC 8460 §5.5: for a day, with pauses that grow. */
    @Test
    void whatIsNotTakenIsTriedForADay() {
        host.answer(new Answer(503, "text/plain", ""));
        tell("b.example", 1);
        sim.run(Duration.ofHours(24 + 4 + 23));
        int tries = host.requests().size();
        assertThat(tries).isBetween(8, 20);
        out.kill(); // it is known on the disk what is on its way
        disk.kill();
        start();
        sim.run(Duration.ofHours(10));
        assertThat(sim.log())
                .anyMatch(line -> line.contains("status=given-up the server answers 503"));
        int last = host.requests().size();
        sim.run(Duration.ofDays(2));
        assertThat(host.requests()).hasSize(last);
        assertThat(list()).containsExactly("lock");
    }

    @Test
    void anHourWithoutNamesOrNetworkIsNoLoss() {
        resolver.texts(
                "_smtp._tls.b.example",
                new Resolver.Answer.Temporary<>(Resolver.Trouble.NO_ANSWER, "no answer"));
        tell("b.example", 1); // it may want a report
        sim.run(Duration.ofHours(28).plusMinutes(2));
        assertThat(sim.log()).anyMatch(line -> line.contains("to=unknown status=deferred"));
        resolver.texts("_smtp._tls.b.example", "v=TLSRPTv1; rua=https://web.a.example/");
        sim.network().reach(WEB, SimNetwork.Reach.REFUSING);
        sim.run(Duration.ofHours(2));
        sim.network().reach(WEB, SimNetwork.Reach.UP);
        sim.run(Duration.ofHours(4));
        assertThat(host.requests()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void damagedFilesAreSetAside(boolean readable) throws IOException {
        tell("a.example", 1);
        sim.run(Duration.ofMinutes(2));
        String name = list().stream().filter(each -> each.startsWith("t.")).findFirst().get();
        if (readable) {
            disk.flip(FOLDER.resolve(name), 3, 1);
        } else {
            disk.spoil(FOLDER.resolve(name), 3);
        }
        out.kill();
        disk.kill();
        start();
        tell("a.example", 1);
        sim.run(Duration.ofHours(30));
        assertThat(list()).contains("bad." + name);
        assertThat(attached(queue.received().getFirst().data()))
                .contains("\"total-successful-session-count\":1");
    }
}

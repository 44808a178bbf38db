package postern.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import postern.mail.Delivery;
import postern.mail.Outcome;
import postern.mail.Outcome.Bounced;
import postern.mail.Outcome.Deferred;
import postern.mail.Outcome.Delivered;
import postern.smtp.tls.Published;
import postern.smtp.tls.TlsConfig;
import postern.smtp.tls.TlsLevel;
import postern.smtp.tls.TlsMeans;
import postern.smtp.tls.TlsResult;
import postern.table.Table;
import postern.testkit.FakeMx;

/** What each level makes of what a host shows, over real TLS. */
class TlsLevelsTest {
    private final Path folder;
    @AutoClose private final Rig rig;

    TlsLevelsTest(@TempDir Path folder) {
        this.folder = folder;
        rig = new Rig(folder);
    }

    private final List<TlsResult> results = Collections.synchronizedList(new ArrayList<>());

    private void policy(TlsLevel level, Map<String, String> entries) {
        TlsConfig config = TlsConfig.of(level).with(List.of("policy"), List.of(Pki.file("ca")));
        Table table =
                key -> {
                    String value = entries.get(key);
                    return value == null
                            ? Table.Answer.ABSENT
                            : new Table.Answer.Found(value, "policy:1");
                };
        rig.with(of -> Rig.tls(config, of))
                .with(new TlsMeans(List.of(table), List.of(), Published.NOTHING, results::add));
    }

    private FakeMx mx(String certificate) {
        FakeMx mx = rig.mx().offering("PIPELINING");
        return certificate.equals("-") ? mx : mx.sealing(Pki.sealing(certificate));
    }

    private static String text(Outcome outcome, FakeMx mx) {
        return switch (outcome) {
            case Delivered _ -> mx.received().getFirst().sealed() ? "sealed" : "clear";
            case Deferred(String status, String detail, _) -> status + " " + detail;
            case Bounced(String status, String detail) -> "bounced " + status + " " + detail;
        };
    }

    private String results() {
        return results.stream()
                .map(
                        result ->
                                switch (result.ended()) {
                                    case TlsResult.Success _ -> "success";
                                    case TlsResult.Failure(var type, _) -> type.text();
                                })
                .reduce((one, other) -> one + " " + other)
                .orElse("-");
    }

    @ParameterizedTest
    @CsvSource({
        // level and attributes; what the host shows; what becomes of the mail; what is reported
        "none, good, clear, -",
        "may, good, sealed, success",
        "may, self, sealed, success",
        "may, expired, sealed, success",
        "may, -, clear, starttls-not-supported",
        "encrypt, self, sealed, success",
        "encrypt, -, 4.7.4 TLS is not offered, starttls-not-supported",
        "encrypt protocols=TLSv1.2 ciphers=high, good, sealed, success",
        "encrypt protocols=>=TLSv1.2:!SSLv3, good, sealed, success",
        "verify, good, sealed, success",
        "verify, common, sealed, success",
        "verify, other, 4.7.5, certificate-host-mismatch",
        "verify, expired, 4.7.5, certificate-expired",
        "verify, self, 4.7.5, certificate-not-trusted",
        "verify, -, 4.7.4, starttls-not-supported",
        "verify match=other.example, other, sealed, success",
        "secure, good, 4.7.5, certificate-host-mismatch",
        "secure, nexthop, sealed, success",
        "secure, wild, sealed, success",
        "secure match=nexthop, wild, 4.7.5, certificate-host-mismatch",
        "secure match=mx0.example, good, sealed, success",
        "secure match=hostname:nexthop, good, sealed, success",
        "secure match=.example, good, sealed, success",
        "dane, self, sealed, success",
        "dane-only, good, 4.7.5 DANE is required, dane-required",
        "nonsense, good, 4.3.5 policy:1: no TLS policy, validation-failure",
        "may match=x, good, 4.3.5, validation-failure",
        "verify cafile=/elsewhere, good, 4.3.5, validation-failure",
        "verify servername=.example, good, 4.3.5, validation-failure",
        "verify servername=nexthop, good, sealed, success",
        "verify protocols=SSLv3, good, 4.3.5, validation-failure",
    })
    void aLevelIsKept(String entry, String shown, String becomes, String reported)
            throws IOException {
        FakeMx mx = mx(shown);
        String hop = rig.start(mx);
        policy(TlsLevel.NONE, Map.of(hop, entry));
        assertThat(text(rig.deliver(hop), mx)).startsWith(becomes);
        assertThat(results()).isEqualTo(reported);
        if (!becomes.equals("clear")) {
            assertThat(mx.received()).allMatch(FakeMx.Received::sealed);
        }
    }

    @Test
    void aFingerprintIsOfTheCertificateOrOfItsKey() throws IOException {
        FakeMx mx = mx("self");
        String hop = rig.start(mx);
        var certificate = Pki.certificate("self");
        String wrong = "0".repeat(64);
        for (var known : List.of(Pki.tlsa("3 0 1 self"), Pki.tlsa("3 1 2 self"))) {
            String hex = java.util.HexFormat.ofDelimiter(":").formatHex(known.data());
            policy(TlsLevel.NONE, Map.of(hop, "fingerprint match=" + wrong + "|" + hex));
            assertThat(rig.deliver(hop)).as("%s", certificate).isInstanceOf(Delivered.class);
        }
        policy(TlsLevel.NONE, Map.of(hop, "fingerprint match=" + wrong));
        assertThat(rig.deliver(hop).status()).isEqualTo("4.7.5");
    }

    @Test // Postfix: smtp_tls_policy_maps
    void aTableIsAskedForTheNextHopThenForWhatItLiesBelow() throws IOException {
        FakeMx mx = mx("self");
        rig.start(mx);
        rig.names.mx("deep.d.example", 10, "mx0.example");
        rig.with(
                of ->
                        Rig.finding(
                                new SmtpConfig.Finding(
                                        "",
                                        mx.port(),
                                        List.of(),
                                        List.of(),
                                        List.of(),
                                        java.util.Set.of(),
                                        java.util.Set.of()),
                                of));
        policy(TlsLevel.MAY, Map.of(".d.example", "verify"));
        assertThat(rig.deliver("deep.d.example").status()).isEqualTo("4.7.5");
        assertThat(rig.deliver("d.example")).isInstanceOf(Delivered.class);
        policy(TlsLevel.MAY, Map.of(".d.example", "verify", "deep.d.example", "encrypt"));
        assertThat(rig.deliver("deep.d.example")).isInstanceOf(Delivered.class);
        policy(TlsLevel.MAY, Map.of("mx0.example", "verify"));
        assertThat(rig.deliver("[mx0.example]")).isInstanceOf(Delivered.class);
        policy(TlsLevel.MAY, Map.of("[mx0.example]", "verify"));
        assertThat(rig.deliver("[mx0.example]").status()).isEqualTo("4.7.5");
    }

    @Test
    void aHostThatMeetsThePolicyIsTriedAfterOneThatDoesNot() throws IOException {
        FakeMx bad = mx("self");
        FakeMx good = rig.mx().sealing(Pki.sealing("good"));
        String hop = rig.start(bad, good);
        policy(TlsLevel.VERIFY, Map.of());
        Delivery done = rig.transport().deliver(rig.request(hop, "bob")).getFirst();
        assertThat(done.outcome()).isInstanceOf(Delivered.class);
        assertThat(done.relay()).startsWith("mx1.example");
        assertThat(bad.received()).isEmpty();
        assertThat(rig.log)
                .anyMatch(line -> line.contains("verified=no result=certificate-not-trusted"))
                .anyMatch(line -> line.contains("verified=yes by name mx1.example"));
    }

    /** A connection in clear text, or to whoever, does not serve mail that needs more. */
    @Test
    void aConnectionServesMailOfItsPolicyAlone() throws IOException {
        FakeMx mx = mx("good");
        String hop = rig.start(mx);
        policy(TlsLevel.MAY, Map.of("[mx0.example]:" + mx.port(), "verify"));
        SmtpTransport transport = rig.transport();
        transport.deliver(rig.request(hop, "bob"));
        transport.deliver(rig.request("[mx0.example]:" + mx.port(), "bob"));
        transport.deliver(rig.request(hop, "bob"));
        transport.deliver(rig.request("[mx0.example]:" + mx.port(), "bob"));
        assertThat(mx.received()).hasSize(4);
        assertThat(mx.commands().stream().filter("CONNECT"::equals)).hasSize(2);
    }

    @Test
    void theSecondHandshakeIsSpared() throws IOException {
        FakeMx mx = mx("good");
        String hop = rig.start(mx);
        policy(TlsLevel.VERIFY, Map.of());
        rig.with(
                of ->
                        new SmtpConfig(
                                of.kind(),
                                of.helo(),
                                of.finding(),
                                of.tls(),
                                of.speech(),
                                of.timeouts(),
                                new SmtpConfig.Reuse(
                                        java.time.Duration.ZERO,
                                        0,
                                        java.time.Duration.ofSeconds(1),
                                        1)));
        SmtpTransport transport = rig.transport();
        for (int i = 0; i < 4; i++) {
            transport.deliver(rig.request(hop, "bob"));
        }
        assertThat(mx.received()).hasSize(4).allMatch(FakeMx.Received::sealed);
        assertThat(mx.commands().stream().filter("CONNECT"::equals)).hasSize(4);
        assertThat(rig.log.stream().filter(line -> line.contains("verified=yes"))).hasSize(4);
        assertThat(rig.log.stream().filter(line -> line.contains("resumed=yes"))).hasSize(3);
    }

    @Test
    void withoutAuthoritiesNobodyIsVerified() throws IOException {
        FakeMx mx = mx("good");
        String hop = rig.start(mx);
        policy(TlsLevel.NONE, Map.of(hop, "verify"));
        rig.with(
                of ->
                        Rig.tls(
                                of.tls().with(of.tls().tables(), List.of(folder.resolve("none"))),
                                of));
        Outcome outcome = rig.deliver(hop);
        assertThat(outcome.status()).isEqualTo("4.7.5");
        assertThat(outcome.detail()).contains("there is no such file");
    }
}

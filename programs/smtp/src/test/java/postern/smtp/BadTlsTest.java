package postern.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import postern.mail.Delivery;
import postern.mail.DeliveryRequest;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Outcome.Bounced;
import postern.mail.Outcome.Deferred;
import postern.mail.Outcome.Delivered;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.mail.Terms;
import postern.mail.Terms.Protection;
import postern.smtp.tls.Published;
import postern.smtp.tls.TlsConfig;
import postern.smtp.tls.TlsLevel;
import postern.smtp.tls.TlsMeans;
import postern.smtp.tls.TlsResults;
import postern.testkit.FakeMx;
import postern.testkit.PeerMisbehaviour;
import postern.tls.Credential;
import postern.tls.ServerTls;
import postern.tls.TlsPeer;

/** The second table in docs/bad-servers.md, row by row; and what hosts are told of us. */
class BadTlsTest {
    private static final Path TABLE = BadServersTest.root().resolve("docs/bad-servers.md");

    /** How long we bear with a host that does nothing. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Path folder;
    @AutoClose private Rig rig;

    BadTlsTest(@TempDir Path folder) {
        this.folder = folder;
        rig = new Rig(folder);
    }

    record Row(String host, List<String> becomes) {}

    static List<Row> rows() throws IOException {
        List<Row> rows = new ArrayList<>();
        for (String line : Files.readAllLines(TABLE)) {
            String[] cells = line.split("\\|", -1);
            if (cells.length == 8 && cells[1].strip().matches("[A-Z][A-Z_]+")) {
                rows.add(
                        new Row(
                                cells[1].strip(),
                                List.of(cells[3], cells[4], cells[5], cells[6]).stream()
                                        .map(String::strip)
                                        .toList()));
            }
        }
        return rows;
    }

    private void level(TlsLevel level) {
        TlsConfig config = TlsConfig.of(level).with(List.of(), List.of(Pki.file("ca")));
        rig.with(Rig.tls(config, Rig.config(PATIENCE, Rig.REUSE, level)));
    }

    private FakeMx host(String kind) {
        FakeMx mx = rig.mx().offering("PIPELINING");
        if (!kind.equals("NO_REQUIRETLS")) {
            mx.offering("REQUIRETLS");
        }
        String certificate =
                switch (kind) {
                    case "SELF_SIGNED" -> "self";
                    case "OTHER_NAME" -> "other";
                    case "EXPIRED" -> "expired";
                    default -> "good";
                };
        return switch (kind) {
            case "NOT_OFFERED" -> mx;
            case "NO_COMMON_GROUND" -> // the alert's own way of ending
                    mx.sealing(
                            plain -> {
                                plain.read(new byte[4096], 0, 4096);
                                byte[] alert = {21, 3, 3, 0, 2, 2, 40}; // RFC 8446 §6.2
                                plain.write(java.nio.ByteBuffer.wrap(alert));
                                throw new SSLException("no common ground");
                            });
            case "REFUSES_EHLO" ->
                    sealing(mx, certificate)
                            .replying("EHLO", "550 5.7.1 no")
                            .replying("HELO", "550 5.7.1 no");
            case "REFUSED" -> sealing(mx, certificate).replying("STARTTLS", "502 5.5.1 no");
            case "REFUSED_NOW" -> sealing(mx, certificate).replying("STARTTLS", "454 4.7.0 no");
            case "HANGS_UP" -> sealing(mx, certificate).replying("STARTTLS", "421 4.7.0 no");
            case "CLOSES", "GARBAGE", "SILENT", "CLOSES_SEALED", "INJECTS" ->
                    sealing(mx, certificate).misbehaving(PeerMisbehaviour.valueOf("TLS_" + kind));
            default -> sealing(mx, certificate);
        };
    }

    private static FakeMx sealing(FakeMx mx, String certificate) {
        return mx.sealing(Pki.sealing(certificate));
    }

    private List<Delivery> deliver(String hop, Protection protection) {
        MailOptions options =
                MailOptions.NONE.with(
                        new Terms(Terms.Release.AT_ONCE, Terms.Deadline.NONE, 0, protection));
        return rig.transport()
                .deliver(
                        rig.request(
                                hop,
                                Rig.BODY,
                                options,
                                Recipient.of(Mailbox.of("bob", "d.example"))));
    }

    private static String text(Delivery done, FakeMx mx) {
        return switch (done.outcome()) {
            case Delivered _ -> mx.received().getFirst().sealed() ? "sealed" : "clear";
            case Deferred(String status, _, _) -> "deferred " + status;
            case Bounced(String status, _) -> "bounced " + status;
        };
    }

    @Test
    void theTableIsRead() throws IOException {
        assertThat(rows()).hasSizeGreaterThan(12);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void underEachPolicy(Row row) throws IOException {
        List<String> found = new ArrayList<>();
        for (TlsLevel level : List.of(TlsLevel.MAY, TlsLevel.ENCRYPT, TlsLevel.VERIFY)) {
            found.add(play(row.host(), level, Protection.UNSTATED));
        }
        found.add(play(row.host(), TlsLevel.MAY, Protection.REQUIRED));
        assertThat(found).isEqualTo(row.becomes());
    }

    private String play(String kind, TlsLevel level, Protection protection) throws IOException {
        rig.close();
        rig = new Rig(folder);
        level(level);
        FakeMx mx = host(kind);
        String hop = rig.start(mx);
        rig.names.proven("d.example");
        return text(deliver(hop, protection).getFirst(), mx);
    }

    @Test // RFC 8689 §4.2.1, step 2
    void mailThatRequiresProtectionGoesBackWhereNothingProvesTheWay() throws IOException {
        level(TlsLevel.MAY);
        FakeMx mx = host("SOUND");
        String hop = rig.start(mx);
        assertThat(text(deliver(hop, Protection.REQUIRED).getFirst(), mx))
                .isEqualTo("bounced 5.7.30");
        assertThat(mx.commands()).isEmpty();
        rig.names.proven("d.example");
        assertThat(text(deliver(hop, Protection.REQUIRED).getFirst(), mx)).isEqualTo("sealed");
        assertThat(mx.received().getFirst().from()).endsWith(" REQUIRETLS");
    }

    @Test // RFC 8689 §4.2.1: every host is tried before it goes back
    void mailThatRequiresProtectionGoesToTheHostThatHasIt() throws IOException {
        level(TlsLevel.MAY);
        FakeMx bad = host("SELF_SIGNED");
        FakeMx good = host("SOUND");
        String hop = rig.start(bad, good);
        rig.names.proven("d.example");
        assertThat(deliver(hop, Protection.REQUIRED).getFirst().relay()).startsWith("mx1.example");
        assertThat(bad.received()).isEmpty();
    }

    @ParameterizedTest // RFC 8689 §5: a notice is not lost for want of it
    @CsvSource({
        "SOUND, sealed, <> REQUIRETLS",
        "NO_REQUIRETLS, sealed, <>",
        "SELF_SIGNED, sealed, <> REQUIRETLS",
        "NOT_OFFERED, clear, <>",
        "CLOSES, clear, <>"
    })
    void noticesThatRequireProtectionGoAsWellAsTheyCan(String kind, String how, String from)
            throws IOException {
        level(TlsLevel.MAY);
        FakeMx mx = host(kind);
        String hop = rig.start(mx);
        rig.names.proven("d.example");
        MailOptions options = MailOptions.NONE.with(Terms.NONE.with(Protection.REQUIRED));
        var bob = Recipient.of(Mailbox.of("bob", "d.example"));
        DeliveryRequest request = rig.request(hop, Rig.BODY, options, bob);
        var notice =
                new DeliveryRequest(
                        request.id(),
                        hop,
                        ReversePath.NOBODY,
                        request.options(),
                        request.recipients(),
                        request.content(),
                        request.origin());
        assertThat(text(rig.transport().deliver(notice).getFirst(), mx)).isEqualTo(how);
        assertThat(mx.received().getFirst().from().strip()).isEqualTo(from);
    }

    @Test // RFC 8689 §4.2.1, by DANE
    void tlsaRecordsProveAHostForMailThatRequiresProtection() throws IOException {
        level(TlsLevel.MAY);
        FakeMx mx = host("SELF_SIGNED");
        String hop = rig.start(mx);
        String owner = "_" + mx.port() + "._tcp.mx0.example";
        rig.names.proven("d.example", "mx0.example", owner).tlsa(owner, Pki.tlsa("3 1 1 self"));
        assertThat(text(deliver(hop, Protection.REQUIRED).getFirst(), mx)).isEqualTo("sealed");
    }

    @Test // RFC 8689 §4.2.2: what the recipient's domain asks for is put aside, not our own word
    void mailThatWaivesProtectionIsSparedPublishedPoliciesAlone() throws IOException {
        level(TlsLevel.DANE);
        FakeMx mx = host("SELF_SIGNED");
        String hop = rig.start(mx);
        String owner = "_" + mx.port() + "._tcp.mx0.example";
        rig.names.proven("d.example", "mx0.example", owner).tlsa(owner, Pki.tlsa("3 1 1 good"));
        assertThat(text(deliver(hop, Protection.UNSTATED).getFirst(), mx))
                .isEqualTo("deferred 4.7.5");
        assertThat(text(deliver(hop, Protection.WAIVED).getFirst(), mx)).isEqualTo("sealed");
        level(TlsLevel.VERIFY);
        assertThat(text(deliver(hop, Protection.WAIVED).getFirst(), mx))
                .isEqualTo("deferred 4.7.5");
    }

    @Test // RFC 8314 §3
    void tlsMayComeBeforeTheGreeting() throws IOException {
        level(TlsLevel.VERIFY);
        rig.with(of -> Rig.tls(of.tls().wrapped(), of));
        FakeMx mx = rig.mx().wrapped(Pki.sealing("good"));
        String hop = rig.start(mx);
        assertThat(text(deliver(hop, Protection.UNSTATED).getFirst(), mx)).isEqualTo("sealed");
        assertThat(mx.commands()).doesNotContain("STARTTLS");
        FakeMx other = rig.mx().wrapped(Pki.sealing("other"));
        other.start(new postern.base.Endpoint.Tcp(Rig.FIRST, 0));
        rig.names.host("mx9.example", Rig.FIRST.getHostAddress());
        assertThat(
                        text(
                                deliver("[mx9.example]:" + other.port(), Protection.UNSTATED)
                                        .getFirst(),
                                other))
                .isEqualTo("deferred 4.7.5");
    }

    @Test
    void thereIsNoClearTextWhereTlsComesFirst() throws IOException {
        level(TlsLevel.MAY);
        rig.with(of -> Rig.tls(of.tls().wrapped(), of));
        FakeMx clear = rig.mx();
        String hop = rig.start(clear);
        assertThat(text(deliver(hop, Protection.UNSTATED).getFirst(), clear))
                .isEqualTo("deferred 4.7.5");
        assertThat(clear.received()).isEmpty();
    }

    @Test
    void aPolicyThatForbidsTlsDoesNotGoWithTlsThatComesFirst() throws IOException {
        level(TlsLevel.NONE);
        rig.with(of -> Rig.tls(of.tls().wrapped(), of));
        FakeMx mx = rig.mx().wrapped(Pki.sealing("good"));
        String hop = rig.start(mx);
        assertThat(text(deliver(hop, Protection.UNSTATED).getFirst(), mx))
                .isEqualTo("deferred 4.3.5");
        assertThat(mx.commands()).isEmpty();
    }

    @Test
    void aHostThatAsksIsShownOurCertificate() throws IOException {
        level(TlsLevel.ENCRYPT);
        Credential mine = Pki.credential("nexthop");
        rig.with(new TlsMeans(List.of(), List.of(mine), Published.NOTHING, TlsResults.UNHEARD));
        ServerTls asking = ServerTls.of(List.of(Pki.credential("good")), true, Pki.pem("ca"));
        List<Boolean> verified = new ArrayList<>();
        FakeMx mx =
                rig.mx()
                        .sealing(
                                plain -> {
                                    TlsPeer peer = asking.accept(plain, Duration.ofSeconds(20));
                                    verified.add(asking.protection(peer).verified());
                                    return peer;
                                });
        assertThat(text(deliver(rig.start(mx), Protection.UNSTATED).getFirst(), mx))
                .isEqualTo("sealed");
        assertThat(Set.copyOf(verified)).containsExactly(true);
    }

    @Test
    void theWayIsWalkedWithoutSendingAnything() throws IOException {
        level(TlsLevel.DANE);
        FakeMx mx = host("SELF_SIGNED");
        String hop = rig.start(mx);
        String owner = "_" + mx.port() + "._tcp.mx0.example";
        rig.names.proven("d.example", "mx0.example", owner).tlsa(owner, Pki.tlsa("3 1 1 self"));
        var check = new TlsCheck(rig.world, rig.config(), rig.names, TlsMeans.NONE);
        TlsCheck.Report report = check.check(hop, Protection.UNSTATED).getFirst();
        TlsCheck.Host host = report.hosts().getFirst();
        assertThat(host.proofs()).isEqualTo("MX records proven, address proven");
        assertThat(host.met().verified()).isTrue();
        assertThat(host.met().goes()).isTrue();
        assertThat(host.met().judgement()).isEqualTo("proven by TLSA 3 1 1");
        assertThat(mx.received()).isEmpty();
        rig.names.tlsa(owner, Pki.tlsa("3 1 1 good"));
        TlsCheck.Met met =
                check.check(hop, Protection.UNSTATED).getFirst().hosts().getFirst().met();
        assertThat(met.goes()).isFalse();
        assertThat(met.result()).isEqualTo("validation-failure");
        assertThat(met.conclusion()).startsWith("mail waits: 4.7.5");
        assertThat(check.check("gone.example", Protection.UNSTATED).getFirst().forGood()).isTrue();
    }

    @ParameterizedTest // an operator reads it, who knows TLS and not Java
    @CsvSource({
        "CLOSES, '', 'TLS with RELAY failed: connection closed during the TLS handshake'",
        "GARBAGE, '', 'TLS with RELAY failed: what came is no TLS'",
        "SILENT, '', 'TLS with RELAY failed: timed out'",
        "NO_COMMON_GROUND, '', 'TLS with RELAY failed: refused with the alert handshake_failure'",
        "EXPIRED, TLSv1.3, 'certificate of mx0.example expired on 2021-01-01'",
        "OTHER_NAME, TLSv1.3, 'certificate is for other.example, not for mx0.example'",
        "SELF_SIGNED, TLSv1.3, 'no authority vouches for the certificate of mx0.example'"
    })
    void failuresAreToldInWords(String kind, String protocol, String words) throws IOException {
        level(TlsLevel.VERIFY);
        FakeMx mx = host(kind);
        String hop = rig.start(mx);
        var check = new TlsCheck(rig.world, rig.config(), rig.names, TlsMeans.NONE);
        TlsCheck.Host host = check.check(hop, Protection.UNSTATED).getFirst().hosts().getFirst();
        assertThat(host.met().conclusion())
                .startsWith("mail waits: 4.7.5")
                .contains(words.replace("RELAY", host.relay()))
                .doesNotContain("javax");
        assertThat(host.met().protocol()).startsWith(protocol);
        assertThat(host.met().certificates().isEmpty()).isEqualTo(protocol.isEmpty());
    }

    @Test // what posttls-finger tells: whose it is, who issued it, how it is known
    void whatAHostShowsIsTold() throws IOException {
        level(TlsLevel.VERIFY);
        String hop = rig.start(host("OTHER_NAME"));
        var check = new TlsCheck(rig.world, rig.config(), rig.names, TlsMeans.NONE);
        String shown =
                check.check(hop, Protection.UNSTATED)
                        .getFirst()
                        .hosts()
                        .getFirst()
                        .met()
                        .certificates()
                        .getFirst();
        assertThat(shown)
                .startsWith("other.example, issued by CN=")
                .contains("2020-01-01 to 2120-01-01")
                .contains(" sha256=" + hex("3 0 1 other"))
                .endsWith(" key sha256=" + hex("3 1 1 other"));
    }

    @ParameterizedTest // RFC 8689 §4.2.1: as the table above has it
    @CsvSource({"NO_REQUIRETLS, true", "NOT_OFFERED, true", "REFUSED_NOW, false", "SOUND, false"})
    void whatGoesBackIsToldApartFromWhatWaits(String kind, boolean forGood) throws IOException {
        level(TlsLevel.MAY);
        String hop = rig.start(host(kind));
        rig.names.proven("d.example");
        var check = new TlsCheck(rig.world, rig.config(), rig.names, TlsMeans.NONE);
        TlsCheck.Host host = check.check(hop, Protection.REQUIRED).getFirst().hosts().getFirst();
        assertThat(host.met().forGood()).isEqualTo(forGood);
        assertThat(host.met().conclusion().startsWith("mail goes back")).isEqualTo(forGood);
    }

    private static String hex(String record) {
        return HexFormat.of().formatHex(Pki.tlsa(record).data());
    }
}

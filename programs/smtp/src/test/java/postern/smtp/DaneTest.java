package postern.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import postern.dns.Resolver.Tlsa;
import postern.dns.Resolver.Trouble;
import postern.mail.Delivery;
import postern.mail.Outcome;
import postern.mail.Outcome.Delivered;
import postern.smtp.tls.Published;
import postern.smtp.tls.TlsConfig;
import postern.smtp.tls.TlsLevel;
import postern.smtp.tls.TlsMeans;
import postern.smtp.tls.TlsPolicy;
import postern.smtp.tls.TlsResult;
import postern.testkit.FakeMx;

/** RFC 7672: what TLSA records make of a host, over real TLS. */
class DaneTest {
    @TempDir Path folder;

    @SuppressWarnings("NullAway.Init") // before each
    private Rig rig;

    private final List<TlsResult> results = Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void open() {
        rig = new Rig(folder).with(means());
    }

    private TlsMeans means() {
        return new TlsMeans(List.of(), List.of(), Published.NOTHING, results::add);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private void level(TlsLevel level) {
        rig.with(of -> Rig.tls(TlsConfig.of(level), of));
    }

    private FakeMx mx(String certificate) {
        FakeMx mx = rig.mx().offering("PIPELINING");
        return certificate.equals("-") ? mx : mx.sealing(Pki.sealing(certificate));
    }

    private static Tlsa[] records(String text) {
        return Arrays.stream(text.split(";", -1)).map(Pki::tlsa).toArray(Tlsa[]::new);
    }

    private static String owner(FakeMx mx, String host) {
        return "_" + mx.port() + "._tcp." + host;
    }

    private static String text(Outcome outcome, FakeMx mx) {
        return outcome instanceof Delivered
                ? mx.received().getFirst().sealed() ? "sealed" : "clear"
                : outcome.status() + " " + outcome.detail();
    }

    /** With everything in the name service proven. */
    @ParameterizedTest
    @CsvSource({
        // records; what the host shows; what becomes of the mail
        "3 1 1 good, good, sealed",
        "3 0 1 good, good, sealed",
        "3 1 2 good, good, sealed",
        "3 0 2 good, good, sealed",
        "3 0 0 good, good, sealed",
        "3 1 0 good, good, sealed",
        "3 1 1 self, self, sealed",
        "3 1 1 other, other, sealed", // §3.1.1: names do not matter
        "3 1 1 expired, expired, sealed", // nor times
        "3 1 1 other, good, 4.7.5",
        "3 1 1 other;3 1 1 good, good, sealed", // §8.1, roll-over
        "3 1 1 good;3 1 1 other, other, sealed",
        "2 0 1 mid, good, sealed",
        "2 1 1 mid, good, sealed",
        "2 1 2 mid, good, sealed",
        "2 0 0 mid, good, sealed",
        "2 1 0 mid, good, sealed",
        "2 1 1 mid, nexthop, sealed", // §3.2.2: the domain counts where MX is proven
        "2 1 1 mid, other, 4.7.5 server certificate", // §3.2.2: names matter
        "2 1 1 mid, expired, 4.7.5 server certificate",
        "2 1 1 mid, self, 4.7.5 server certificate",
        "2 1 1 good, good, 4.7.5", // a leaf is no authority
        "2 1 1 self, self, sealed", // but its own
        "2 1 1 mid;3 1 1 other, other, sealed",
        "3 1 1 junk, self, sealed", // none usable: §2.2, encrypted whoever it is
        "3 1 0 junk, self, sealed",
        "1 1 1 other, good, sealed", // §3.1.3
        "0 0 1 other, good, sealed",
        "4 1 1 other, good, sealed",
        "3 2 1 other, good, sealed",
        "3 1 3 other, good, sealed",
        "3 1 1 junk, -, 4.7.4", // never in clear text
        "3 1 1 good, -, 4.7.4",
        "1 1 1 other;3 1 1 good, good, sealed",
        "1 1 1 good;3 1 1 other, good, 4.7.5",
        "3 1 1 good;3 1 2 other, good, 4.7.5", // RFC 7671 §9: the weaker digest is not heard
        "3 1 1 other;3 1 2 good, good, sealed",
        "3 0 1 good;3 1 2 other, good, sealed", // of another selector it is
    })
    void recordsAreMet(String records, String shown, String becomes) throws IOException {
        FakeMx mx = mx(shown);
        String hop = rig.start(mx);
        level(TlsLevel.DANE);
        String owner = owner(mx, "mx0.example");
        rig.names.proven("d.example", "mx0.example", owner).tlsa(owner, records(records));
        assertThat(text(rig.deliver(hop), mx)).startsWith(becomes);
        assertThat(results.getFirst().basis().type()).isEqualTo(TlsPolicy.Basis.Type.TLSA);
        assertThat(mx.received()).allMatch(FakeMx.Received::sealed);
    }

    /** What of the name service is proven decides: §2.2.1, §2.2.2. */
    @ParameterizedTest
    @CsvSource({
        // level; names that are proven; what becomes of it with a record that does not fit
        "dane, d.example mx0.example TLSA, 4.7.5 server certificate",
        "dane, mx0.example TLSA, 4.7.5 server certificate", // the way is not, the host is
        "dane, d.example mx0.example, clear", // records that nobody proves are none
        "dane, d.example TLSA, clear", // hosts of unsigned zones are not even asked for
        "dane, '', clear",
        "dane-only, mx0.example TLSA, 4.7.5 DANE is required",
        "dane-only, d.example mx0.example, 4.7.5 DANE is required",
        "dane-only, d.example mx0.example TLSA, 4.7.5 server certificate",
        "may, d.example mx0.example TLSA, clear",
    })
    void whatIsNotProvenDoesNotCount(String level, String proven, String becomes)
            throws IOException {
        boolean sealed = becomes.contains("server certificate");
        FakeMx mx = mx(sealed ? "good" : "-");
        String hop = rig.start(mx);
        level(TlsLevel.of(level).orElseThrow());
        String owner = owner(mx, "mx0.example");
        rig.names.tlsa(owner, Pki.tlsa("3 1 1 other"));
        for (String name : proven.split(" ", -1)) {
            rig.names.proven(name.equals("TLSA") ? owner : name);
        }
        assertThat(text(rig.deliver(hop), mx)).startsWith(becomes);
    }

    @ParameterizedTest
    @EnumSource(Trouble.class)
    void whatCannotBeAskedBarsTheHostAndNotTheDomain(Trouble trouble) throws IOException {
        FakeMx first = mx("good");
        FakeMx second = mx("other");
        String hop = rig.start(first, second);
        level(TlsLevel.DANE);
        String owner = owner(second, "mx1.example");
        rig.names
                .proven("d.example", "mx0.example", "mx1.example", owner)
                .noTlsa(owner(first, "mx0.example"), trouble);
        rig.names.tlsa(owner, Pki.tlsa("3 1 1 other"));
        Delivery done = rig.transport().deliver(rig.request(hop, "bob")).getFirst();
        assertThat(done.relay()).startsWith("mx1.example");
        assertThat(first.commands()).isEmpty();
        assertThat(results)
                .extracting(result -> result.ended().getClass().getSimpleName())
                .containsExactly("Failure", "Success");
        rig.names.noTlsa(owner, trouble);
        Outcome outcome = rig.deliver(hop);
        assertThat(outcome).isInstanceOf(Outcome.Deferred.class);
        assertThat(outcome.status()).isEqualTo(trouble == Trouble.BOGUS ? "4.7.5" : "4.4.3");
    }

    /** §2.2.2: a host that is an alias may have its records at either end. */
    @ParameterizedTest
    @CsvSource({
        // alias proven; its end proven; where the records are; whether they count
        "true, true, real.example, true",
        "true, true, mx0.example, true",
        "true, false, mx0.example, true", // the alias's zone is signed
        "true, false, real.example, false",
        "false, true, real.example, false",
        "false, false, mx0.example, false",
    })
    void anAliasMayHaveThemAtEitherEnd(boolean alias, boolean end, String at, boolean count)
            throws IOException {
        FakeMx mx = mx("self");
        String hop = rig.start(mx);
        level(TlsLevel.DANE);
        rig.names.host("real.example", Rig.FIRST.getHostAddress());
        rig.names.alias("mx0.example", "real.example", alias);
        if (end) {
            rig.names.proven("real.example");
        }
        String owner = owner(mx, at);
        rig.names.proven("d.example", owner).tlsa(owner, Pki.tlsa("3 1 1 good"));
        assertThat(text(rig.deliver(hop), mx)).startsWith(count ? "4.7.5" : "sealed");
    }

    @Test // §8.1
    void theHostIsToldTheNameThatHasTheRecords() throws IOException {
        FakeMx mx = rig.mx();
        List<String> asked = Collections.synchronizedList(new ArrayList<>());
        mx.sealing(Pki.sealing("good", asked));
        String hop = rig.start(mx);
        level(TlsLevel.DANE);
        rig.names.host("real.example", Rig.FIRST.getHostAddress()).proven("real.example");
        rig.names.alias("mx0.example", "real.example", true);
        String owner = owner(mx, "real.example");
        rig.names.proven("d.example", owner).tlsa(owner, Pki.tlsa("3 1 1 good"));
        assertThat(rig.deliver(hop)).isInstanceOf(Delivered.class);
        assertThat(asked).containsOnly("real.example");
    }

    @Test
    void aReportHasTheRecords() throws IOException {
        FakeMx mx = mx("good");
        String hop = rig.start(mx);
        level(TlsLevel.DANE);
        String owner = owner(mx, "mx0.example");
        rig.names.proven("d.example", "mx0.example", owner);
        rig.names.tlsa(owner, Pki.tlsa("3 1 1 good"), Pki.tlsa("3 1 1 other"));
        assertThat(rig.deliver(hop)).isInstanceOf(Delivered.class);
        TlsResult result = results.getFirst();
        assertThat(result.basis().domain()).isEqualTo("d.example");
        assertThat(result.basis().words())
                .hasSize(2)
                .allMatch(line -> line.startsWith(owner + ". IN TLSA 3 1 1 "));
        assertThat(result.sendingAddress()).isEqualTo("127.0.0.1");
        assertThat(result.target().host()).isEqualTo("mx0.example");
        assertThat(rig.log).anyMatch(line -> line.contains("verified=yes by TLSA 3 1 1"));
    }
}

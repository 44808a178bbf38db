package postern.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import postern.mail.Delivery;
import postern.mail.Outcome.Delivered;
import postern.smtp.tls.TlsLevel;
import postern.testkit.FakeMx;
import postern.testkit.PeerMisbehaviour;
import postern.testkit.TestAuthority;
import postern.tls.TlsPeer;

/** RFC 3207 by the rule of RFC 7435: encrypted where it can be, delivered all the same. */
class StartTlsTest {
    private static final SSLContext SERVER =
            TestAuthority.create().selfSigned("mx", "nobody.example").server("mx");

    @AutoClose private final Rig rig;

    StartTlsTest(@TempDir Path folder) {
        rig = new Rig(folder);
    }

    private FakeMx mx() throws IOException {
        return rig.mx()
                .offering("PIPELINING")
                .sealing(
                        plain -> {
                            SSLEngine engine = SERVER.createSSLEngine();
                            engine.setUseClientMode(false);
                            return TlsPeer.start(plain, engine, Duration.ofSeconds(20));
                        });
    }

    @Test
    void anOfferIsTakenWhoeverMakesItAndTheConnectionIsKept() throws IOException {
        FakeMx mx = mx();
        String hop = rig.start(mx);
        SmtpTransport transport = rig.transport();
        for (int i = 0; i < 3; i++) {
            Delivery done = transport.deliver(rig.request(hop, "bob")).getFirst();
            assertThat(done.outcome()).isInstanceOf(Delivered.class);
        }
        assertThat(mx.received()).hasSize(3).allMatch(FakeMx.Received::sealed);
        assertThat(mx.commands().stream().filter("CONNECT"::equals)).hasSize(1);
        assertThat(mx.commands().stream().filter(line -> line.startsWith("EHLO"))).hasSize(2);
    }

    @Test
    void aFailedHandshakeLeadsToClearTextWithTheSameHost() throws IOException {
        FakeMx mx = mx().misbehaving(PeerMisbehaviour.TLS_CLOSES);
        assertThat(rig.deliver(rig.start(mx))).isInstanceOf(Delivered.class);
        assertThat(mx.received()).hasSize(1).noneMatch(FakeMx.Received::sealed);
        assertThat(rig.log).anyMatch(line -> line.contains("TLS failed"));
    }

    @ParameterizedTest
    @CsvSource({"454 4.7.0 not now", "502 5.5.1 not at all"})
    void aRefusedOfferGoesOnInTheSameSession(String reply) throws IOException {
        FakeMx mx = mx().replying("STARTTLS", reply);
        assertThat(rig.deliver(rig.start(mx))).isInstanceOf(Delivered.class);
        assertThat(mx.commands().stream().filter("CONNECT"::equals)).hasSize(1);
        assertThat(mx.received()).noneMatch(FakeMx.Received::sealed);
    }

    @Test
    void anOfferIsNotTakenWhereTlsIsOff() throws IOException {
        rig.with(Rig.config(Duration.ofSeconds(20), Rig.REUSE, TlsLevel.NONE));
        FakeMx mx = mx();
        assertThat(rig.deliver(rig.start(mx))).isInstanceOf(Delivered.class);
        assertThat(mx.commands()).doesNotContain("STARTTLS");
    }
}

package postern.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** TLS with clients that others wrote: RFC 3207, RFC 8314. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TlsClientsTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    private Postern postern;
    private RecordingSink sink;
    private int implicit;
    private Path certificate;

    @BeforeAll
    void start(@TempDir(factory = OpenFolder.class) Path folder) throws IOException {
        sink = new RecordingSink();
        implicit = Postern.freePort();
        certificate = folder.resolve("cert.pem");
        Path key = folder.resolve("key.pem");
        SelfSigned.write(certificate, key, "mx.interop.test", "mx.interop.test", "localhost");
        postern =
                Postern.start(
                        folder,
                        sink.nextHop(),
                        "[[certificate]]\nfile = \"cert.pem\"\nkey = \"key.pem\"\n"
                                + "[[listener]]\nname = \"submissions\"\nkind = \"submissions\"\n"
                                + "address = \"127.0.0.1:"
                                + implicit
                                + "\"\n");
    }

    @AfterAll
    void stop() throws IOException {
        if (postern != null) {
            postern.close();
        }
        if (sink != null) {
            sink.close();
        }
    }

    @ParameterizedTest
    @CsvSource({"tlsv1_2, TLSv1.2", "tlsv1_3, TLSv1.3"})
    void swaksByStartTls(String protocol, String named) throws IOException {
        Tool.needs("swaks");
        Tool.Ended module = Tool.run(SOON, "", "perl", "-MNet::SSLeay", "-e", "1");
        assumeTrue(module.code() == 0, "swaks needs Net::SSLeay for TLS");
        Tool.Ended sent =
                Tool.run(
                        SOON,
                        "",
                        "swaks",
                        "--server",
                        "127.0.0.1:" + postern.smtp(),
                        "--tls",
                        "--tls-protocol",
                        protocol,
                        "--from",
                        "ann@example.net",
                        "--to",
                        "bob@far.test",
                        "--header",
                        "Subject: swaks " + named);
        assertThat(sent.code()).as(sent.output()).isZero();
        assertThat(trace("swaks " + named)).contains("with ESMTPS").contains("using " + named);
    }

    @ParameterizedTest // RFC 8996: the old ones are off
    @CsvSource({"-tls1_2, 0", "-tls1_3, 0", "-tls1, 1", "-tls1_1, 1"})
    void opensslByStartTls(String protocol, int code) throws IOException {
        Tool.Ended said =
                Tool.run(
                        SOON,
                        "QUIT\n",
                        "openssl",
                        "s_client",
                        "-starttls",
                        "smtp",
                        "-crlf",
                        "-quiet",
                        "-verify_return_error",
                        "-CAfile",
                        certificate.toString(),
                        "-verify_hostname",
                        "mx.interop.test",
                        protocol,
                        "-connect",
                        "127.0.0.1:" + postern.smtp());
        assertThat(said.code()).as(said.output()).isEqualTo(code);
        if (code == 0) {
            assertThat(said.output()).contains("221 2.0.0");
        }
    }

    @Test // RFC 8314 §3.3
    void opensslWithTlsFromTheFirstOctet() throws IOException {
        Tool.Ended said =
                Tool.run(
                        SOON,
                        "QUIT\n",
                        "openssl",
                        "s_client",
                        "-crlf",
                        "-quiet",
                        "-connect",
                        "127.0.0.1:" + implicit);
        assertThat(said.code()).as(said.output()).isZero();
        assertThat(said.output()).contains("220 mx.interop.test").contains("221 2.0.0");
    }

    @Test
    void pythonsSmtplibBothWays() throws IOException {
        Tool.needs("python3");
        String script =
                """
                import smtplib, ssl, sys
                trust = ssl.create_default_context(cafile=sys.argv[3])
                text = "Subject: %s\\r\\n\\r\\n.dot\\r\\n"
                with smtplib.SMTP("localhost", int(sys.argv[1]), timeout=20) as s:
                    s.starttls(context=trust)
                    s.sendmail("ann@example.net", ["bob@far.test"], text % "by starttls")
                    s.sendmail("ann@example.net", ["bob@far.test"], text % "once more")
                with smtplib.SMTP_SSL("localhost", int(sys.argv[2]), timeout=20, context=trust) as s:
                    s.sendmail("ann@example.net", ["bob@far.test"], text % "by smtps")
                """;
        Tool.Ended sent =
                Tool.run(
                        SOON,
                        script,
                        "python3",
                        "-",
                        String.valueOf(postern.smtp()),
                        String.valueOf(implicit),
                        certificate.toString());
        assertThat(sent.code()).as(sent.output()).isZero();
        for (String subject : new String[] {"by starttls", "once more", "by smtps"}) {
            assertThat(trace(subject)).contains("with ESMTPS");
        }
    }

    /** The message as it came, trace first. */
    private String trace(String subject) {
        return new String(sink.awaitSubject(subject).content(), StandardCharsets.UTF_8);
    }
}

package postern.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import postern.mail.DeliveryRequest;
import postern.mail.Origin;
import postern.testkit.FakeMx;

/** Where messages came from, told to hosts that are trusted with it: Postfix's XFORWARD_README. */
class XforwardTest {
    private static final String ALL = "XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE";
    private static final Origin STRANGER =
            new Origin("192.0.2.1", "c.example", "helo.example", "ESMTPS", "", "mx", false, "T");

    @AutoClose private final Rig rig;

    XforwardTest(@TempDir Path folder) {
        rig = new Rig(folder);
    }

    static Stream<Arguments> origins() {
        return Stream.of(
                arguments(
                        ALL,
                        STRANGER,
                        List.of(
                                "XFORWARD NAME=c.example ADDR=192.0.2.1 PORT=[UNAVAILABLE]"
                                        + " PROTO=ESMTP HELO=helo.example IDENT=ID SOURCE=REMOTE")),
                arguments(
                        "XFORWARD NAME ADDR",
                        STRANGER,
                        List.of("XFORWARD NAME=c.example ADDR=192.0.2.1")),
                arguments(
                        ALL,
                        new Origin(
                                "IPv6:2001:db8::1", "", "a b+c\r\n=\u00e9", "SMTP", "", "", false),
                        List.of(
                                "XFORWARD NAME=[UNAVAILABLE] ADDR=IPv6:2001:db8::1"
                                        + " PORT=[UNAVAILABLE] PROTO=SMTP"
                                        + " HELO=a+20b+2Bc+0D+0A+3D+C3+A9 IDENT=ID SOURCE=REMOTE")),
                arguments(
                        ALL,
                        new Origin("", "", "localhost", "ESMTPA", "ann", "", true),
                        List.of(
                                "XFORWARD NAME=[UNAVAILABLE] ADDR=[UNAVAILABLE] PORT=[UNAVAILABLE]"
                                        + " PROTO=[UNAVAILABLE] HELO=[UNAVAILABLE] IDENT=ID"
                                        + " SOURCE=LOCAL")),
                arguments(
                        ALL,
                        new Origin(
                                "192.0.2.1",
                                "n".repeat(250),
                                "h".repeat(250),
                                "ESMTP",
                                "",
                                "",
                                false),
                        List.of(
                                "XFORWARD NAME="
                                        + "n".repeat(250)
                                        + " ADDR=192.0.2.1 PORT=[UNAVAILABLE] PROTO=ESMTP",
                                "XFORWARD HELO=" + "h".repeat(250) + " IDENT=ID SOURCE=REMOTE")),
                arguments(
                        ALL,
                        new Origin(
                                "192.0.2.1", "c.example", " ".repeat(200), "ESMTP", "", "", false),
                        List.of(
                                "XFORWARD NAME=c.example ADDR=192.0.2.1 PORT=[UNAVAILABLE]"
                                        + " PROTO=ESMTP HELO=[UNAVAILABLE] IDENT=ID SOURCE=REMOTE")),
                arguments("XCLIENT NAME", STRANGER, List.of()),
                arguments("XFORWARD", STRANGER, List.of()));
    }

    @ParameterizedTest
    @MethodSource("origins")
    void theOriginIsTold(String offer, Origin origin, List<String> told) throws IOException {
        FakeMx mx = rig.mx().offering("PIPELINING", offer).replying("XFORWARD", "250 2.5.0 Ok");
        assertThat(sent(mx, origin, true)).containsExactly("2.0.0");
        assertThat(
                        mx.commands().stream()
                                .filter(line -> line.startsWith("XFORWARD"))
                                .map(line -> line.replaceAll("IDENT=\\S+", "IDENT=ID")))
                .containsExactlyElementsOf(told);
    }

    /** Whether the operator trusts the host; and what the host makes of it changes nothing. */
    @ParameterizedTest
    @CsvSource({
        "true, PIPELINING, 250 2.5.0 Ok, 1, 2.0.0",
        "true, SIZE, 250 2.5.0 Ok, 1, 2.0.0",
        "false, PIPELINING, 250 2.5.0 Ok, 0, 2.0.0",
        "true, PIPELINING, 550 5.7.1 not you, 1, 2.0.0",
        "true, SIZE, 501 5.5.4 what, 1, 2.0.0",
        "true, PIPELINING, 421 4.3.2 bye, 1, 4.3.2",
        "true, SIZE, 354 go on, 1, 4.4.2"
    })
    void onlyTheTrustedAreTold(
            boolean trusted, String offer, String reply, int times, String status)
            throws IOException {
        FakeMx mx = rig.mx().offering(offer, ALL).replying("XFORWARD", reply);
        assertThat(sent(mx, STRANGER, trusted)).containsExactly(status);
        assertThat(mx.commands().stream().filter(line -> line.startsWith("XFORWARD")))
                .hasSize(times);
    }

    private List<String> sent(FakeMx mx, Origin origin, boolean trusted) throws IOException {
        rig.with(
                config ->
                        Rig.speech(
                                new SmtpConfig.Speech(
                                        true,
                                        SmtpConfig.EightBit.CONVERT,
                                        SmtpConfig.LongLines.KEEP,
                                        100,
                                        trusted),
                                config));
        DeliveryRequest request = rig.request(rig.start(mx), "bob");
        return Rig.statuses(
                rig.transport()
                        .deliver(
                                new DeliveryRequest(
                                        request.id(),
                                        request.nextHop(),
                                        request.sender(),
                                        request.options(),
                                        request.recipients(),
                                        request.content(),
                                        origin)));
    }
}

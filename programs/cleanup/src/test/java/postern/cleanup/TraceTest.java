package postern.cleanup;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.TimeZone;
import org.junit.jupiter.api.Test;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Origin;
import postern.mail.QueueId;
import postern.mail.Terms;

/** RFC 5321 §4.4: the trace field. */
final class TraceTest {
    private static final Instant AT = Instant.parse("2026-11-20T18:59:03Z");
    private static final QueueId ID = new QueueId(4711);
    private static final Mailbox BOB = Mailbox.of("bob", "example.org");

    private final Trace trace = new Trace("mx.example.org", TimeZone.getTimeZone("UTC"), false);

    @Test
    void namesClientAndRecipient() {
        var origin = new Origin("192.0.2.1", "", "client.example", "ESMTP", "", "smtp", false);
        assertThat(trace.received(origin, ID, MailOptions.NONE, List.of(BOB), AT))
                .isEqualTo(
                        "Received: from client.example (unknown [192.0.2.1])\r\n"
                                + "\tby mx.example.org (Postern) with ESMTP id "
                                + ID
                                + "\r\n\tfor <bob@example.org>;\r\n"
                                + "\tFri, 20 Nov 2026 18:59:03 +0000\r\n");
    }

    @Test
    void tellsHowItWasProtectedAndHowUrgentItIs() { // RFC 3848, RFC 6710 §4.1
        var tls = "TLSv1.3 with cipher TLS_AES_256_GCM_SHA384, by (x)";
        var origin = new Origin("192.0.2.1", "", "c", "ESMTPS", "", "smtp", false, tls);
        Terms urgent = Terms.NONE.withPriority(4);
        assertThat(trace.received(origin, ID, MailOptions.NONE.with(urgent), List.of(BOB), AT))
                .contains("(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384, by ?x?)\r\n")
                .contains(" with ESMTPS id ")
                .contains("for <bob@example.org>\r\n\tPRIORITY 4;\r\n");
    }

    @Test
    void severalRecipientsAreNotToldOfEachOther() { // RFC 5321 §7.2
        var origin = new Origin("192.0.2.1", "", "c", "SMTP", "", "smtp", false);
        assertThat(trace.received(origin, ID, MailOptions.NONE, List.of(BOB, BOB), AT))
                .doesNotContain("bob");
    }

    @Test
    void whoAuthenticatedIsNamedWhereThatIsWanted() { // RFC 3848: ESMTPSA alone tells that somebody
        var origin = new Origin("192.0.2.1", "", "c", "ESMTPSA", "ann", "submission", true);
        assertThat(trace.received(origin, ID, MailOptions.NONE, List.of(BOB), AT))
                .contains(" with ESMTPSA id ")
                .doesNotContain("ann");
        var naming = new Trace("mx.example.org", TimeZone.getTimeZone("UTC"), true);
        assertThat(naming.received(origin, ID, MailOptions.NONE, List.of(BOB), AT))
                .contains("\r\n\t(authenticated as ann)\r\n\tby ");
    }

    @Test
    void localSubmissionNamesTheKernelsWord() {
        var origin = new Origin("", "", "x", "ESMTPA", "ann", "submission", true);
        assertThat(trace.received(origin, ID, MailOptions.NONE, List.of(BOB), AT))
                .startsWith("Received: from localhost (local submission by ann)\r\n");
    }

    @Test
    void clientCannotForgeTheField() {
        var origin =
                new Origin(
                        "192.0.2.1",
                        "a)\r\nX: y",
                        "evil (comment)\r\nBcc: x",
                        "ESMTP",
                        "",
                        "smtp",
                        false);
        String field = trace.received(origin, ID, MailOptions.NONE, List.of(), AT);
        assertThat(field.lines().filter(line -> !line.startsWith("\t"))).hasSize(1);
        assertThat(field).contains("from evil??comment???Bcc:?x (a???X:?y [192.0.2.1])");
    }

    @Test
    void datesFollowTheClockAndTheZone() {
        var berlin = new Trace("mx", TimeZone.getTimeZone("Europe/Berlin"), false);
        assertThat(berlin.date(AT)).isEqualTo("Fri, 20 Nov 2026 19:59:03 +0100");
        assertThat(berlin.date(AT.plusSeconds(1))).isEqualTo("Fri, 20 Nov 2026 19:59:04 +0100");
        assertThat(berlin.date(AT.minusSeconds(86_400)))
                .isEqualTo("Thu, 19 Nov 2026 19:59:03 +0100");
    }
}

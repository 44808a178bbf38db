package postern.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import postern.mail.Mailbox;
import postern.mail.Origin;
import postern.mail.ReversePath;
import postern.mail.Rewriter;

final class AddressRewriterTest {
    private static final String SITE =
            """
            [rewrite]
            canonical = ["both"]
            sender_canonical = ["senders"]
            recipient_canonical = ["recipients"]
            masquerade = ["!lab.example.org", "example.org"]
            masquerade_exceptions = ["root"]
            always_bcc = "all@archive.example"
            sender_bcc = ["sent"]
            recipient_bcc = ["got"]
            archive_to = "journal"
            archive_sender = ["kept"]
            archive_recipient = ["kept"]
            [table.both]
            kind = "inline"
            entries = { "amy@home.example" = "amy.lee@example.org", "@old.example" = "@new.example", "r1@x.example" = "r2@x.example", "r2@x.example" = "r1@x.example" }
            [table.senders]
            kind = "inline"
            entries = { "wim@home.example" = "amy@home.example" }
            [table.recipients]
            kind = "inline"
            entries = { "wim@home.example" = "wim.to@example.org" }
            [table.sent]
            kind = "inline"
            entries = { "boss@example.org" = "secretary@example.org" }
            [table.got]
            kind = "inline"
            entries = { "@sales.example" = "crm@example.org, all@archive.example" }
            [table.kept]
            kind = "inline"
            entries = { "boss@example.org" = "x" }
            """;

    private static final Origin SUBMITTED = new Origin("", "", "", "", "", "", true);

    private final Rewriter rewriter = SiteUnderTest.of(SITE).rewriter;

    /** What `postern explain address` shows of it: every rule with its line, every copy. */
    @Test
    void theTrailNamesWhatWasRewrittenAndWhoGetsCopies() {
        SiteUnderTest site = SiteUnderTest.of(SITE);
        Explanation.Told told =
                new Explanation(site.router, site.rewriter)
                        .explain(
                                ReversePath.of(mailbox("boss@example.org")),
                                mailbox("wim@home.example"));
        assertThat(told.steps())
                .extracting(step -> step.rule() + " -> " + step.value())
                .containsExactly(
                        "rewrite.recipient_canonical wim@home.example -> wim.to@example.org",
                        "copy of all mail -> all@archive.example",
                        "rewrite.sender_bcc boss@example.org -> secretary@example.org",
                        "archived at -> journal@mx.example.org");
        assertThat(told.steps().getFirst().origin()).isEqualTo("postern.toml:21");
        assertThat(told.destinations())
                .extracting(each -> each.recipient().toString())
                .containsExactly(
                        "wim.to@example.org",
                        "all@archive.example",
                        "secretary@example.org",
                        "journal@mx.example.org");
        assertThat(
                        new Explanation(site.router, site.rewriter)
                                .explain(
                                        ReversePath.of(mailbox("wim@home.example")),
                                        mailbox("x@sales.example"))
                                .steps())
                .extracting(step -> step.rule() + " -> " + step.value())
                .startsWith(
                        "rewrite.sender_canonical wim@home.example -> amy@home.example",
                        "rewrite.canonical amy@home.example -> amy.lee@example.org",
                        "rewrite.recipient_bcc @sales.example -> crm@example.org, all@archive.example");
    }

    private static Mailbox mailbox(String text) {
        return SiteUnderTest.mailbox(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    amy@home.example      | amy.lee@example.org   | amy.lee@example.org
                    amy+x@home.example    | amy.lee+x@example.org | amy.lee+x@example.org
                    wim@home.example      | amy.lee@example.org   | wim.to@example.org
                    any@old.example       | any@new.example       | any@new.example
                    ann@pc1.example.org   | ann@example.org       | ann@pc1.example.org
                    ann@a.lab.example.org | ann@a.lab.example.org | ann@a.lab.example.org
                    root@pc1.example.org  | root@pc1.example.org  | root@pc1.example.org
                    r1@x.example          | unanswered 4.3.0 rewriting r1@x.example turns in a circle at r1@x.example | unanswered 4.3.0 rewriting r1@x.example turns in a circle at r1@x.example
                    """)
    void envelope(String address, String asSender, String asRecipient) {
        assertThat(SiteUnderTest.words(rewriter.sender(mailbox(address)))).isEqualTo(asSender);
        assertThat(SiteUnderTest.words(rewriter.recipient(mailbox(address))))
                .isEqualTo(asRecipient);
    }

    @Test
    void copies() {
        assertThat(SiteUnderTest.words(rewriter.copies(ReversePath.NOBODY)))
                .isEqualTo("all@archive.example");
        assertThat(
                        SiteUnderTest.words(
                                rewriter.copies(ReversePath.of(mailbox("boss+x@example.org")))))
                .isEqualTo("all@archive.example secretary@example.org");
        assertThat(SiteUnderTest.words(rewriter.copies(mailbox("x@sales.example"))))
                .isEqualTo("crm@example.org all@archive.example");
        assertThat(SiteUnderTest.words(rewriter.copies(mailbox("x@other.example")))).isEmpty();
    }

    @Test
    void archivedIsWhatWasChosen() {
        Optional<Mailbox> journal = Optional.of(mailbox("journal@mx.example.org"));
        ReversePath boss = ReversePath.of(mailbox("boss@example.org"));
        List<Mailbox> nobody = List.of(mailbox("x@y.example"));
        assertThat(rewriter.archive(boss, nobody)).isEqualTo(journal);
        assertThat(rewriter.archive(ReversePath.NOBODY, List.of(mailbox("boss@example.org"))))
                .isEqualTo(journal);
        assertThat(rewriter.archive(ReversePath.NOBODY, nobody)).isEmpty();
        Rewriter all = SiteUnderTest.of("[rewrite]\narchive_to = \"journal\"\n").rewriter;
        assertThat(all.archive(ReversePath.NOBODY, nobody)).isEqualTo(journal);
    }

    @Test
    void nothingConfiguredIsNothingDone() {
        Rewriter plain = SiteUnderTest.of("").rewriter;
        assertThat(plain.leavesEnvelopes()).isTrue();
        assertThat(plain.header(Origin.OURSELVES)).isEmpty();
        assertThat(SiteUnderTest.of("[rewrite]\nheaders = \"none\"\n").rewriter)
                .isSameAs(Rewriter.NONE);
    }

    @ParameterizedTest // RFC 6409 §4.2
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    From: root (Cron Daemon)        | From: root@example.org (Cron Daemon)
                    To: amy, "Joe X" <news> , b@c.d | To: amy@example.org, "Joe X" <news@example.org> , b@c.d
                    Cc: Friends: bob,amy;           | Cc: Friends: bob@example.org,amy@example.org;
                    To: "two words"                 | To: "two words"@example.org
                    To: "an@sign"                   | To: "an@sign"@example.org
                    To: undisclosed-recipients:;    | To: undisclosed-recipients:;
                    To: My Friends                  | To: My Friends
                    To: <>                          | To: <>
                    Subject: amy                    | Subject: amy
                    To: J\u00f6rg                   | To: J\u00f6rg@example.org
                    """)
    void namesWithoutADomainAreCompletedWhereMailIsSubmitted(String field, String completed)
            throws Exception {
        Rewriter plain = SiteUnderTest.of("[domains]\norigin = \"example.org\"\n").rewriter;
        byte[] octets = (field + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
        byte[] edited = plain.header(SUBMITTED).orElseThrow().edit(octets);
        assertThat(new String(edited, StandardCharsets.ISO_8859_1)).isEqualTo(completed + "\r\n");
    }

    @Test
    void aCompletedNameIsRewrittenAsItsAddressIs() throws Exception {
        Rewriter site = SiteUnderTest.of(SITE + "[domains]\norigin = \"home.example\"\n").rewriter;
        byte[] octets = "From: Amy <amy>\r\n".getBytes(StandardCharsets.UTF_8);
        assertThat(site.header(SUBMITTED).orElseThrow().edit(octets))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("From: Amy <amy.lee@example.org>\r\n");
    }

    private String edited(String header) throws Rewriter.Unanswered {
        byte[] octets = header.getBytes(StandardCharsets.UTF_8);
        return new String(
                rewriter.header(SUBMITTED).orElseThrow().edit(octets), StandardCharsets.UTF_8);
    }

    @Test
    void onlyTheAddressesOfAHeaderChange() throws Exception {
        String header =
                """
                Received: from x (amy@home.example)
                From: =?utf-8?q?Amy_L=C3=A9e?= (her (nested \\) comment) amy@home.example)
                 <amy@home.example>
                To: amy@home.example , "Wim, the amy@home.example"   <wim@home.example>,
                \t(x) any@old.example (y), undisclosed <@relay:amy@home.example>
                CC: Friends: amy@home.example, bob@else.example;, ann @ home.example
                Reply-To: "amy"@home.example
                Subject: amy@home.example
                X-Other: amy@home.example
                Resent-From: root@pc1.example.org, ann@pc1.example.org
                """
                        .replace("\n", "\r\n");
        String expected =
                """
                Received: from x (amy@home.example)
                From: =?utf-8?q?Amy_L=C3=A9e?= (her (nested \\) comment) amy@home.example)
                 <amy.lee@example.org>
                To: amy.lee@example.org , "Wim, the amy@home.example"   <wim.to@example.org>,
                \t(x) any@new.example (y), undisclosed <@relay:amy@home.example>
                CC: Friends: amy.lee@example.org, bob@else.example;, ann @ home.example
                Reply-To: amy.lee@example.org
                Subject: amy@home.example
                X-Other: amy@home.example
                Resent-From: root@pc1.example.org, ann@example.org
                """
                        .replace("\n", "\r\n");
        assertThat(edited(header)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    DKIM-Signature: v=1; a=rsa-sha256
                    ARC-Message-Signature: i=1
                    Content-Type: Multipart/Signed; micalg=pgp-sha256
                    Content-Type: application/pkcs7-mime; smime-type=signed-data
                    """)
    void aSignedHeaderStaysAsItIs(String field) throws Exception {
        String header = field + "\r\nFrom: amy@home.example\r\n";
        assertThat(edited(header)).isEqualTo(header);
        Rewriter too = SiteUnderTest.of(SITE.replaceFirst("\n", "\nsigned_too = true\n")).rewriter;
        byte[] changed =
                too.header(SUBMITTED).orElseThrow().edit(header.getBytes(StandardCharsets.UTF_8));
        assertThat(new String(changed, StandardCharsets.UTF_8)).contains("amy.lee@example.org");
    }

    @Test
    void headersOfOthersAreLeftAlone() {
        assertThat(rewriter.header(Origin.OURSELVES)).isEmpty();
        assertThat(
                        SiteUnderTest.of(SITE.replaceFirst("\n", "\nheaders = \"all\"\n"))
                                .rewriter
                                .header(Origin.OURSELVES))
                .isPresent();
    }

    @Test
    void aLoopInAHeaderPutsTheMessageOff() {
        assertThatThrownBy(() -> edited("From: r1@x.example\r\n"))
                .isInstanceOf(Rewriter.Unanswered.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    From: (((((
                    From: "amy@home.example
                    From: <amy@home.example
                    From: <>
                    From:
                    From: \\
                    From: [
                    From: ,,,;:;,
                    : amy@home.example
                    From
                    """)
    void whatIsNoHeaderPassesWhole(String header) throws Exception {
        assertThat(edited(header)).isEqualTo(header);
    }
}

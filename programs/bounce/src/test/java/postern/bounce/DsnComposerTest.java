package postern.bounce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import postern.base.Peer;
import postern.mail.Content;
import postern.mail.Envelope;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Notices.Kind;
import postern.mail.Notices.Notice;
import postern.mail.Notices.Report;
import postern.mail.Origin;
import postern.mail.Outcome;
import postern.mail.QueueId;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.mail.Terms;

final class DsnComposerTest {
    private static final Instant ARRIVED = Instant.parse("2026-03-01T08:30:00Z");
    static final Instant NOW = Instant.parse("2026-03-01T10:00:00.123456Z");
    static final Mailbox ANN = Mailbox.of("ann", "sender.example");
    static final String MESSAGE =
            "From: ann@sender.example\r\nMessage-ID: <1@sender.example>\r\nSubject: hello\r\n\r\n"
                    + ".one\r\ntwo\r\n";
    private static final Outcome REFUSED =
            new Outcome.Bounced(
                    "5.1.1",
                    "host mx.far.example[192.0.2.7] said: 550 5.1.1 <bob@far.example>: Recipient"
                            + " address rejected: User unknown (in reply to RCPT TO command)");

    private final DsnComposer composer = new DsnComposer(BounceConfig.of("mx.home.example"));

    @Test
    void undelivered() throws IOException {
        approve("undelivered", fails(MailOptions.NONE, MESSAGE, failed(to("bob", "far.example"))));
    }

    @Test
    void undeliveredHeaderOnlyWithAllThatDsnCarries() throws IOException {
        var options =
                new MailOptions(
                        MailOptions.Body.SEVEN_BIT, false, MailOptions.Return.HEADERS, "QQ+2B314");
        var moved =
                new Recipient(
                        Mailbox.of("bob", "far.example"),
                        new Recipient.Notify(true, false, true, false),
                        "rfc822;bob+2Bold@home.example");
        var ours =
                new Outcome.Deferred(
                        "4.4.1", "connect to far.example: timed out", Outcome.About.DESTINATION);
        approve(
                "header-only",
                fails(
                        options,
                        MESSAGE,
                        failed(moved),
                        new Report(to("eve", "slow.example"), ours, "", NOW, NOW)));
    }

    @Test // RFC 8689 §5
    void whatRequiresTlsIsNotGivenBackAndItsNoticeRequiresItToo() throws IOException {
        var guarded = Terms.NONE.with(Terms.Protection.REQUIRED).withPriority(4);
        var options =
                new MailOptions(MailOptions.Body.SEVEN_BIT, false, MailOptions.Return.FULL, "")
                        .with(guarded);
        Notice notice = fails(options, MESSAGE, failed(to("bob", "far.example")));
        assertThat(notice.options().terms()).isEqualTo(guarded);
        String text = new String(notice.octets(), StandardCharsets.UTF_8);
        assertThat(text).contains("text/rfc822-headers").doesNotContain("message/rfc822");
        Notice plain = fails(MailOptions.NONE, MESSAGE, failed(to("bob", "far.example")));
        assertThat(plain.options().terms()).isEqualTo(Terms.NONE);
    }

    @Test
    void delayed() throws IOException {
        var busy = new Outcome.Deferred("4.2.1", "450 4.2.1 greylisted", Outcome.About.RECIPIENT);
        Instant until = ARRIVED.plusSeconds(5 * 86400);
        var report =
                new Report(
                        to("bob", "far.example"), busy, "mx.far.example[192.0.2.7]:25", NOW, until);
        approve(
                "delayed",
                compose(
                                Kind.DELAYED,
                                envelope(MailOptions.NONE, ReversePath.of(ANN)),
                                MESSAGE,
                                report)
                        .orElseThrow());
    }

    @Test
    void delivered() throws IOException {
        var wanted = new Recipient.Notify(true, true, false, false);
        var sent = new Outcome.Delivered("2.0.0", "250 2.0.0 Ok: queued as 77");
        var here = new Recipient(Mailbox.of("joe", "home.example"), wanted, "");
        var far = new Recipient(Mailbox.of("bob", "far.example"), wanted, "");
        approve(
                "delivered",
                compose(
                                Kind.DELIVERED,
                                envelope(MailOptions.NONE, ReversePath.of(ANN)),
                                MESSAGE,
                                new Report(
                                        here,
                                        new Outcome.Delivered("2.0.0", "in mailbox"),
                                        "",
                                        NOW,
                                        NOW),
                                new Report(far, sent, "mx.far.example[192.0.2.7]:25", NOW, NOW))
                        .orElseThrow());
    }

    /** RFC 6533 §4: a reader whose own host takes internationalized mail. */
    @Test
    void internationalized() throws IOException {
        Notice notice = failsAbroad(Mailbox.of("\u00e4nn", "sender.example"));
        assertThat(notice.options().smtpUtf8()).isTrue();
        approve("internationalized", notice);
    }

    /** RFC 6533 §4.5: the reader's host may not, so that all is ASCII on the wire. */
    @Test
    void internationalizedForAReaderWhoseHostMayNotTakeThat() throws IOException {
        Notice notice = failsAbroad(ANN);
        assertThat(notice.options().smtpUtf8()).isFalse();
        assertThat(notice.options().body()).isEqualTo(MailOptions.Body.SEVEN_BIT);
        approve("internationalized-encoded", notice);
        String[] encoded = text(notice).split("base64\r\n\r\n");
        assertThat(encoded).hasSize(4);
        String status = decoded(encoded[2]);
        assertThat(status).contains("Final-Recipient: utf-8; b\u00f6b@far.example\r\n");
        assertThat(decoded(encoded[3])).contains("Subject: h\u00e9llo\r\n\r\n.one\r\ntwo\r\n");
    }

    private static String decoded(String base64) {
        byte[] octets =
                base64.substring(0, base64.indexOf("\r\n\r\n")).getBytes(StandardCharsets.US_ASCII);
        return new String(Base64.getMimeDecoder().decode(octets), StandardCharsets.UTF_8);
    }

    private Notice failsAbroad(Mailbox sender) throws IOException {
        var options =
                new MailOptions(MailOptions.Body.EIGHT_BIT_MIME, true, MailOptions.Return.FULL, "");
        Envelope original = envelope(options, ReversePath.of(sender));
        String message = MESSAGE.replace("hello", "h\u00e9llo");
        return compose(Kind.FAILED, original, message, failed(to("b\u00f6b", "far.example")))
                .orElseThrow();
    }

    /** RFC 3461 §6.3 (d): decoded. RFC 6533 §3: utf-8 as it is, or encoded where all is ASCII. */
    @ParameterizedTest
    @CsvSource({
        "rfc822;bob+2Bold@home.example, false, rfc822;bob+old@home.example",
        "utf-8;b\u00f6b@home.example, true, utf-8;b\u00f6b@home.example",
        "UTF-8;b\\x{F6}b@home.example, true, UTF-8;b\u00f6b@home.example",
        "utf-8;b\u00f6b@home.example, false, utf-8;b\\x{F6}b@home.example",
        "utf-8;b\\x{F6}b@home.example, false, utf-8;b\\x{F6}b@home.example",
        "utf-8;b\\x{ZZ}b@home.example, true, utf-8;b\\x{ZZ}b@home.example",
        "rfc822;bob+0D+0AX:@home.example, false, rfc822;bob+0D+0AX:@home.example"
    })
    void whomTheSenderWroteTo(String orcpt, boolean international, String told) throws IOException {
        var options =
                new MailOptions(
                        MailOptions.Body.EIGHT_BIT_MIME,
                        international,
                        MailOptions.Return.HEADERS,
                        "");
        Mailbox reader = international ? Mailbox.of("\u00e4nn", "sender.example") : ANN;
        var bob = new Recipient(Mailbox.of("bob", "far.example"), Recipient.Notify.DEFAULT, orcpt);
        Notice notice =
                compose(
                                Kind.FAILED,
                                envelope(options, ReversePath.of(reader)),
                                MESSAGE,
                                failed(bob))
                        .orElseThrow();
        sound(notice);
        assertThat(text(notice)).contains("\r\nOriginal-Recipient: " + told + "\r\n");
    }

    /** RFC 6533 §3: an alias may lead abroad though the mail itself does not. */
    @Test
    void anAddressBeyondAsciiIsNamedInAscii() throws IOException {
        Notice notice = fails(MailOptions.NONE, MESSAGE, failed(to("b\u00f6b", "far.example")));
        assertThat(text(notice))
                .contains("Content-Type: message/delivery-status\r\n")
                .contains("\r\nFinal-Recipient: utf-8; b\\x{F6}b@far.example\r\n");
        sound(notice);
    }

    @Test
    void aNoticeThatFailsGoesToThePostmasterAndThenNowhere() throws IOException {
        Report report = failed(to("bob", "far.example"));
        Envelope bounce = envelope(MailOptions.NONE, ReversePath.NOBODY);
        Notice twice = compose(Kind.FAILED, bounce, MESSAGE, report).orElseThrow();
        assertThat(twice.sender()).isEqualTo(ReversePath.NOBODY);
        assertThat(twice.recipients())
                .extracting(Recipient::mailbox)
                .containsExactly(Mailbox.of("postmaster", "mx.home.example"));
        approve("double-bounce", twice);
        Envelope again = envelope(twice.options(), twice.sender());
        assertThat(compose(Kind.FAILED, again, MESSAGE, report)).isEmpty();
        assertThat(compose(Kind.DELAYED, bounce, MESSAGE, report)).isEmpty();
    }

    @Test
    void ourOwnWordsAreNotPutIntoTheRemoteHostsMouth() throws IOException {
        var ours = new Outcome.Deferred("4.4.2", "timeout after DATA", Outcome.About.DESTINATION);
        Report report =
                new Report(to("bob", "far.example"), ours, "mx.far[192.0.2.7]:25", NOW, NOW);
        assertThat(text(fails(MailOptions.NONE, MESSAGE, report)))
                .contains("<bob@far.example>: with host mx.far[192.0.2.7]: timeout after DATA\r\n")
                .contains("Remote-MTA: dns; mx.far\r\n")
                .contains("Diagnostic-Code: x-postern; timeout after DATA\r\n");
    }

    @Test
    void nobodyIsToldWhoWantedNot() throws IOException {
        var never = new Recipient(Mailbox.of("bob", "far.example"), Recipient.Notify.NEVER, "");
        Envelope original = envelope(MailOptions.NONE, ReversePath.of(ANN));
        assertThat(compose(Kind.FAILED, original, MESSAGE, failed(never))).isEmpty();
        Report asks = failed(to("eve", "far.example"));
        String told =
                text(compose(Kind.FAILED, original, MESSAGE, failed(never), asks).orElseThrow());
        assertThat(told).contains("<eve@far.example>").doesNotContain("; bob@far.example");
    }

    @Test
    void eightBitTextMakesAnEightBitNotice() throws IOException {
        Notice notice =
                fails(MailOptions.NONE, MESSAGE + "\u00e9\r\n", failed(to("bob", "far.example")));
        assertThat(notice.options().body()).isEqualTo(MailOptions.Body.EIGHT_BIT_MIME);
        assertThat(notice.options().smtpUtf8()).isFalse();
        assertThat(text(notice)).contains("Content-Type: message/rfc822\r\nContent-Transfer-En");
    }

    @Test
    void whatIsTooLongOrUnsoundComesBackAsItsHeader() throws IOException {
        String header = "Subject: x\r\n";
        String[] originals = {
            header + "\r\n" + "0123456\r\n".repeat(10_000),
            header + "\r\n" + "x".repeat(999) + "\r\n",
            header + "\r\nbare\nnewline\r\n",
            header + "\r\nunfinished",
            header + "X-Long: " + "y".repeat(2000) + "\r\n\r\nbody\r\n",
            header + ("X-Many: " + "z".repeat(60) + "\r\n").repeat(2000) + "\r\nbody\r\n",
        };
        for (String original : originals) {
            Notice notice = fails(MailOptions.NONE, original, failed(to("bob", "far.example")));
            assertThat(text(notice))
                    .contains("Content-Type: text/rfc822-headers\r\n\r\nSubject: x\r\n");
            assertThat(notice.octets().length).isLessThan(55_000);
            sound(notice);
        }
    }

    @Test
    void hostileTextStaysInItsPlace() throws IOException {
        SplittableRandom random = new SplittableRandom(7);
        for (int round = 0; round < 300; round++) {
            String nasty = nasty(random);
            Outcome outcome = new Outcome.Bounced("5.0.0", nasty);
            var recipient =
                    new Recipient(
                            Mailbox.of(nasty(random), "far.example"),
                            Recipient.Notify.DEFAULT,
                            "rfc822;" + postern.mail.Xtext.encode(nasty));
            var options =
                    new MailOptions(
                            MailOptions.Body.EIGHT_BIT_MIME,
                            random.nextBoolean(),
                            MailOptions.Return.FULL,
                            postern.mail.Xtext.encode(nasty(random)));
            sound(fails(options, nasty, new Report(recipient, outcome, nasty, NOW, NOW)));
        }
    }

    @Test
    void theOriginalCannotEndAPart() throws IOException {
        Notice first = fails(MailOptions.NONE, MESSAGE, failed(to("bob", "far.example")));
        String boundary = boundary(text(first));
        String forged = MESSAGE + "--" + boundary + "--\r\n";
        Notice second = fails(MailOptions.NONE, forged, failed(to("bob", "far.example")));
        assertThat(boundary(text(second))).isNotEqualTo(boundary);
        sound(second);
    }

    private static String nasty(SplittableRandom random) {
        String alphabet = "ab<>\"\\;: \r\n\t\0\u007f\u0085\u00e9\u20ac\ud83d\udce7=--.@";
        StringBuilder text = new StringBuilder();
        int length = 1 + random.nextInt(random.nextInt(10) == 0 ? 3000 : 40);
        for (int i = 0; i < length; i++) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }

    /** What every message on the wire must be: RFC 5322 §2.1.1, §2.3; RFC 2046 §5.1.1. */
    static void sound(Notice notice) {
        byte[] octets = notice.octets();
        int line = 0;
        boolean eightBit = false;
        for (int i = 0; i < octets.length; i++) {
            eightBit |= octets[i] < 0;
            if (octets[i] == '\r' && i + 1 < octets.length && octets[i + 1] == '\n') {
                i++;
                line = 0;
            } else {
                assertThat(octets[i]).isNotIn((byte) '\r', (byte) '\n', (byte) 0);
                line++;
                assertThat(line).isLessThanOrEqualTo(998);
            }
        }
        assertThat(line).isZero();
        assertThat(eightBit).isEqualTo(notice.options().body() == MailOptions.Body.EIGHT_BIT_MIME);
        String boundary = boundary(text(notice));
        assertThat(text(notice).split("\r\n--" + java.util.regex.Pattern.quote(boundary), -1))
                .hasSize(5);
        assertThat(boundary.length()).isLessThanOrEqualTo(70);
    }

    private static String boundary(String text) {
        int at = text.indexOf("boundary=\"") + "boundary=\"".length();
        return text.substring(at, text.indexOf('"', at));
    }

    private Notice fails(MailOptions options, String message, Report... reports)
            throws IOException {
        return compose(Kind.FAILED, envelope(options, ReversePath.of(ANN)), message, reports)
                .orElseThrow();
    }

    private Optional<Notice> compose(
            Kind kind, Envelope original, String message, Report... reports) throws IOException {
        return composer.compose(kind, original, new Text(message), List.of(reports), NOW);
    }

    static Report failed(Recipient recipient) {
        return new Report(recipient, REFUSED, "mx.far.example[192.0.2.7]:25", NOW, NOW);
    }

    static Recipient to(String localPart, String domain) {
        return Recipient.of(Mailbox.of(localPart, domain));
    }

    static Envelope envelope(MailOptions options, ReversePath sender) {
        return new Envelope(
                new QueueId(123_456_789),
                ARRIVED,
                sender,
                options,
                Origin.OURSELVES,
                new ArrayList<>(List.of(to("bob", "far.example"), to("b\u00f6b", "far.example"))));
    }

    static String text(Notice notice) {
        return new String(notice.octets(), StandardCharsets.UTF_8);
    }

    @Test
    void anAddressThatStandsForSeveralIsToldAsExpanded() throws IOException {
        var asks =
                new Recipient(
                        Mailbox.of("team", "home.example"),
                        new Recipient.Notify(true, true, false, false),
                        "rfc822;team@home.example");
        var outcome = new Outcome.Delivered("2.1.5", "expanded to 3 recipients");
        Envelope original = envelope(MailOptions.NONE, ReversePath.of(ANN));
        Notice notice =
                compose(Kind.EXPANDED, original, MESSAGE, new Report(asks, outcome, "", NOW, NOW))
                        .orElseThrow();
        sound(notice);
        assertThat(text(notice))
                .contains("\r\nFinal-Recipient: rfc822; team@home.example\r\nAction: expanded\r\n")
                .contains("Status: 2.1.5\r\n")
                .contains("text/rfc822-headers");
        assertThat(
                        compose(
                                Kind.EXPANDED,
                                original,
                                MESSAGE,
                                new Report(to("team", "home.example"), outcome, "", NOW, NOW)))
                .isEmpty(); // did not ask
    }

    private static BounceConfig configured(Optional<Mailbox> doubled, String subject, String text) {
        BounceConfig usual = BounceConfig.of("mx.home.example");
        return new BounceConfig(
                usual.hostname(),
                usual.author(),
                new BounceConfig.Readers(doubled, Optional.empty(), Optional.empty()),
                usual.returnedOctetsMax(),
                new Wording(Template.parseLine(subject), Template.parse(text)),
                usual.delayed(),
                usual.delivered(),
                usual.expanded(),
                usual.doubled());
    }

    /** Anybody can take it: UTF-8 in words for people asks for no extension. */
    @Test
    void ownWordsInAnyLanguageStaySevenBit() throws IOException {
        String text = "Gr\u00fc\u00df Gott {sender},\n\n{recipients}\n{ and {id}: {postmaster}\n";
        String subject = "Unzustellbar: Ihre Nachricht {id} konnte nicht \u00fcbermittelt werden";
        var own = new DsnComposer(configured(Optional.empty(), subject, text));
        Envelope original = envelope(MailOptions.NONE, ReversePath.of(ANN));
        Notice notice =
                own.compose(
                                Kind.FAILED,
                                original,
                                new Text(MESSAGE),
                                List.of(failed(to("bob", "far.example"))),
                                NOW)
                        .orElseThrow();
        sound(notice);
        String id = original.id().text();
        assertThat(parsed(notice))
                .contains("subject=" + subject.replace("{id}", id))
                .contains(
                        "Gr\u00fc\u00df Gott ann@sender.example,\n\n<bob@far.example>: host mx.far.example")
                .contains("\n{ and " + id + ": postmaster@mx.home.example\n");
    }

    @Test
    void aNoticeThatFailsIsDroppedWhereNobodyShallReadIt() throws IOException {
        var own = new DsnComposer(configured(Optional.empty(), "x", "y"));
        Envelope bounce = envelope(MailOptions.NONE, ReversePath.NOBODY);
        assertThat(
                        own.compose(
                                Kind.FAILED,
                                bounce,
                                new Text(MESSAGE),
                                List.of(failed(to("bob", "far.example"))),
                                NOW))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " \n", "Hello {name}", "a\u0001b", "a\n{recipient}", "a\u007f"})
    void aTemplateIsCheckedWhenItIsRead(String text) {
        assertThatThrownBy(() -> Template.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    /** Python's parser of mail agrees with ours on structure and on every field. */
    @Test
    void anotherParserReadsTheSame() throws IOException {
        assertThat(parsed(fails(MailOptions.NONE, MESSAGE, failed(to("bob", "far.example")))))
                .contains("type=multipart/report report-type=delivery-status defects=0\n")
                .contains("part=text/plain\n")
                .contains("part=message/delivery-status\n")
                .contains("part=message/rfc822\n")
                .contains("Reporting-MTA=dns; mx.home.example\n")
                .contains("Final-Recipient=rfc822; bob@far.example\n")
                .contains("Action=failed\nStatus=5.1.1\n")
                .contains("in-reply-to=<1@sender.example>\nreferences=<1@sender.example>\n");
        var options =
                new MailOptions(MailOptions.Body.EIGHT_BIT_MIME, true, MailOptions.Return.FULL, "");
        assertThat(parsed(fails(options, MESSAGE, failed(to("b\u00f6b", "far.example")))))
                .contains("part=message/global-delivery-status\n")
                .contains("part=message/global\n");
    }

    private static final String PARSER =
            """
            import sys, email, email.policy
            sys.stdout.reconfigure(encoding='utf-8')
            m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
            print('type=%s report-type=%s defects=%d' % (m.get_content_type(),
                m.get_param('report-type'), len(m.defects)))
            for name in ('subject', 'in-reply-to', 'references', 'auto-submitted'):
                print('%s=%s' % (name, m[name]))
            for part in m.iter_parts():
                print('part=' + part.get_content_type())
                if part.get_content_type() == 'text/plain':
                    print(part.get_content())
                if part.get_content_type() == 'message/delivery-status':
                    for group in part.get_payload():
                        for name, value in group.items():
                            print('%s=%s' % (name, value))
            """;

    /** What Python's email package makes of it. */
    private static String parsed(Notice notice) throws IOException {
        Path python = Path.of("/usr/bin/python3");
        assumeTrue(Files.isExecutable(python), "no python3 here");
        Process process =
                new ProcessBuilder(python.toString(), "-c", PARSER)
                        .redirectErrorStream(true)
                        .start();
        try (var in = process.getOutputStream()) {
            in.write(notice.octets());
        }
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .replace("\r\n", "\n");
    }

    /** The text is as it was when somebody read and approved it. */
    static void approve(String name, Notice notice) throws IOException {
        sound(notice);
        Path actual = Path.of("target", "approvals", name + ".eml");
        Files.createDirectories(actual.getParent());
        Files.writeString(actual, text(notice).replace("\r\n", "\n"));
        try (InputStream approved = DsnComposerTest.class.getResourceAsStream(name + ".eml")) {
            assertThat(approved)
                    .as("approved text beside this test; actual: " + actual)
                    .isNotNull();
            assertThat(Files.readString(actual))
                    .isEqualTo(new String(approved.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    /** Content in memory. */
    record Text(byte[] all) implements Content {
        Text(String text) {
            this(text.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public long octets() {
            return all.length;
        }

        @Override
        public boolean dotLines() {
            return true;
        }

        @Override
        public int read(long position, byte[] into, int offset, int length) {
            if (position >= all.length) {
                return -1;
            }
            int n = Math.min(Math.min(length, 7), all.length - (int) position);
            System.arraycopy(all, (int) position, into, offset, n);
            return n;
        }

        @Override
        public void send(Peer peer, long position, long length) throws IOException {
            peer.write(ByteBuffer.wrap(all, (int) position, (int) length));
        }

        @Override
        public void close() {}
    }
}

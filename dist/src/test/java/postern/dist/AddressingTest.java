package postern.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TimeZone;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import postern.base.World;
import postern.base.system.SystemWorld;
import postern.bounce.BounceConfig;
import postern.bounce.DsnComposer;
import postern.cleanup.Cleanup;
import postern.cleanup.CleanupConfig;
import postern.config.Configuration;
import postern.config.Settings;
import postern.ipc.Attributes;
import postern.ipc.LmtpSession;
import postern.mail.Content;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Origin;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.mail.Rewriter;
import postern.rewrite.AddressRewriter;
import postern.rewrite.AddressRouter;
import postern.rewrite.AddressingConfig;
import postern.rewrite.RewriteConfig;
import postern.rewrite.RoutingConfig;
import postern.spool.LogSpool;
import postern.spool.QueuedMessage;
import postern.spool.Spool;
import postern.spool.SpoolLimits;
import postern.table.Aliases;
import postern.table.Tables;
import postern.wire.Reply;

/** What cleanup makes of addresses on their way into a real queue. */
class AddressingTest {
    private static final String HOST = "mx.example.org";

    private static final String SITE =
            """
            [domains]
            local = ["example.org"]
            virtual_alias = ["clubs.example"]
            virtual_aliases = ["virtual"]
            [rewrite]
            canonical = ["canonical"]
            always_bcc = "all@archive.example"
            sender_bcc = ["sent"]
            recipient_bcc = ["got"]
            archive_to = "journal@archive.example"
            archive_recipient = ["kept"]
            [table.virtual]
            kind = "inline"
            entries = { "chess@clubs.example" = "ann, bob@far.example, ann", "broken@clubs.example" = "..", "copies@clubs.example" = "c1@far.example, c2@far.example" }
            [table.canonical]
            kind = "inline"
            entries = { "amy@example.org" = "amy.lee@example.org", "ring@example.org" = "gnir@example.org", "gnir@example.org" = "ring@example.org" }
            [table.sent]
            kind = "inline"
            entries = { "amy.lee@example.org" = "copies@clubs.example" }
            [table.got]
            kind = "inline"
            entries = { "@sales.example" = "bob@far.example" }
            [table.kept]
            kind = "inline"
            entries = { "@clubs.example" = "x" }
            """;

    @TempDir Path folder;
    private final World world = SystemWorld.create((_, _) -> {});
    private final BlockingQueue<QueuedMessage> queued = new LinkedBlockingQueue<>();
    private final Origin submitted =
            new Origin("192.0.2.1", "", "pc", "ESMTPA", "amy", "submission", true);
    private Optional<LmtpSession> session = Optional.empty();
    private Optional<Spool> spool = Optional.empty();

    @BeforeEach
    void open() throws IOException {
        Settings settings =
                switch (Configuration.parse("postern.toml", SITE, Sections.ALL, Sections.CHECKS)) {
                    case Configuration.Result.Loaded(Settings loaded) -> loaded;
                    case Configuration.Result.Broken(var problems) ->
                            throw new AssertionError(problems);
                };
        Spool queue = new LogSpool(world, folder.resolve("queue"), SpoolLimits.DEFAULT);
        queue.recover(queued::add);
        RewriteConfig domains = RewriteConfig.read(settings, HOST);
        Tables tables = new Tables(world, settings, _ -> Optional.empty(), Map.of());
        Rewriter rewriter = AddressRewriter.of(domains, AddressingConfig.read(settings), tables);
        var router =
                new AddressRouter(
                        domains,
                        RoutingConfig.read(settings),
                        tables,
                        rewriter,
                        _ -> Optional.empty(),
                        Aliases.NONE);
        var cleanup =
                new Cleanup(
                        world,
                        new CleanupConfig(HOST, 0, false),
                        router,
                        rewriter,
                        queue,
                        new DsnComposer(BounceConfig.of(HOST)),
                        TimeZone.getTimeZone("UTC"));
        session = Optional.of(cleanup.session());
        spool = Optional.of(queue);
    }

    private static Mailbox mailbox(String text) {
        int at = text.indexOf('@');
        return Mailbox.of(text.substring(0, at), text.substring(at + 1));
    }

    /** Takes the message; the replies to MAIL, each RCPT, and the end for those taken. */
    private List<String> take(String sender, List<String> recipients, String text)
            throws IOException {
        LmtpSession lmtp = session.orElseThrow();
        List<String> replies = new ArrayList<>();
        ReversePath from = sender.isEmpty() ? ReversePath.NOBODY : ReversePath.of(mailbox(sender));
        replies.add(code(lmtp.mail(Attributes.of(submitted), from, MailOptions.NONE, 0)));
        for (String recipient : recipients) {
            replies.add(code(lmtp.rcpt(Recipient.of(mailbox(recipient)))));
        }
        byte[] octets = text.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < octets.length; i += 7) { // in pieces, as they come
            int n = Math.min(7, octets.length - i);
            lmtp.room(n).put(octets, i, n);
            lmtp.filled(n);
        }
        lmtp.end().forEach(reply -> replies.add(code(reply)));
        return replies;
    }

    private static String code(Reply reply) {
        return String.valueOf(reply.code());
    }

    private static List<String> recipients(QueuedMessage message) {
        return message.envelope().recipients().stream()
                .map(each -> each.mailbox().toString())
                .toList();
    }

    private String content(QueuedMessage message) throws IOException {
        try (Content content = spool.orElseThrow().content(message.envelope().id())) {
            byte[] octets = new byte[(int) content.octets()];
            int done = 0;
            while (done < octets.length) {
                done += content.read(done, octets, done, octets.length - done);
            }
            return new String(octets, StandardCharsets.UTF_8);
        }
    }

    /** The queue manager hears of a message after the client, though soon. */
    private QueuedMessage next() throws InterruptedException {
        return Optional.ofNullable(queued.poll(30, TimeUnit.SECONDS)).orElseThrow();
    }

    @Test
    void aliasesAreExpandedAndCopiesAdded() throws Exception {
        assertThat(take("x@far.example", List.of("a@sales.example"), "From: x\n\nbody\n"))
                .containsExactly("250", "250", "250");
        QueuedMessage message = next();
        assertThat(recipients(message))
                .containsExactly("bob@far.example", "a@sales.example", "all@archive.example");
        assertThat(message.envelope().recipients().getFirst().wanted())
                .isEqualTo(Recipient.Notify.NEVER);
        assertThat(queued).isEmpty();
    }

    @Test
    void theSenderIsRewrittenAndItsCopiesGoThroughAliases() throws Exception {
        assertThat(
                        take(
                                "amy@example.org",
                                List.of("x@far.example"),
                                "From: Amy <amy@example.org> (amy@example.org)\n\nbody\n"))
                .containsExactly("250", "250", "250");
        QueuedMessage message = next();
        assertThat(message.envelope().sender().toString()).isEqualTo("amy.lee@example.org");
        assertThat(recipients(message))
                .containsExactly(
                        "x@far.example", "all@archive.example", "c1@far.example", "c2@far.example");
        assertThat(content(message))
                .contains("From: Amy <amy.lee@example.org> (amy@example.org)\r\n\r\nbody\r\n");
    }

    @Test
    void whatIsArchivedGoesWithItsEnvelope() throws Exception {
        assertThat(take("amy@example.org", List.of("chess@clubs.example"), "Subject: s\n\nb\n"))
                .containsExactly("250", "250", "250");
        QueuedMessage archived = next();
        assertThat(recipients(archived)).containsExactly("journal@archive.example");
        assertThat(archived.envelope().sender()).isEqualTo(ReversePath.NOBODY);
        assertThat(content(archived))
                .startsWith(
                        "X-Envelope-From: <amy@example.org>\r\n"
                                + "X-Envelope-To: <chess@clubs.example>\r\nReceived: ")
                .endsWith("Subject: s\r\n\r\nb\r\n");
        assertThat(recipients(next())).contains("ann@" + HOST, "bob@far.example");
    }

    @Test
    void oneThatCannotBeSettledPutsOffTheMessage() throws IOException {
        assertThat(
                        take(
                                "x@far.example",
                                List.of("y@far.example", "broken@clubs.example", "z@far.example"),
                                "From: x\n\nbody\n"))
                .containsExactly("250", "250", "451", "250", "451", "451");
        assertThat(queued).isEmpty();
    }

    @Test
    void rewritingInACirclePutsOffTheMessage() throws Exception {
        assertThat(take("", List.of("x@far.example"), "From: ring@example.org\n\nbody\n"))
                .containsExactly("250", "250", "451");
        assertThat(take("ring@example.org", List.of(), "\n")).containsExactly("451");
        assertThat(queued).isEmpty();
        assertThat(take("", List.of("x@far.example"), "From: x@far.example\n\nbody\n"))
                .containsExactly("250", "250", "250");
        assertThat(recipients(next())).contains("x@far.example");
    }
}

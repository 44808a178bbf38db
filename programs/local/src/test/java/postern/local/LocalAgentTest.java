package postern.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import postern.base.User;
import postern.base.Users;
import postern.base.World;
import postern.base.system.SystemWorld;
import postern.mail.Content;
import postern.mail.ContentStore;
import postern.mail.Delivery;
import postern.mail.DeliveryRequest;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Origin;
import postern.mail.Outcome;
import postern.mail.QueueId;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.mailbox.Invoker;
import postern.table.Aliases;
import postern.table.LocalNames;

final class LocalAgentTest {
    private static final String MESSAGE =
            "Subject: hello\r\n\r\nFrom here to there\r\n.dot\r\nlast line\r\n";
    private static final Users USERS =
            name ->
                    name.equals("ann")
                            ? Optional.of(new User("ann", 1001, 1001, Path.of("/home/ann")))
                            : Optional.empty();

    @TempDir Path folder;

    private final World world = SystemWorld.create("test");

    @Test
    void maildirHoldsTheMessageWithUnixLines() throws IOException {
        Delivery delivery = deliver(agent("mail/{user}/", ""), "ann", MESSAGE);
        assertThat(delivery.outcome()).isInstanceOf(Outcome.Delivered.class);
        List<Path> fresh = files("mail/ann/new");
        assertThat(fresh).hasSize(1);
        assertThat(Files.readString(fresh.getFirst()))
                .isEqualTo(
                        "Return-Path: <bob@example.net>\nDelivered-To: ann@example.org\n"
                                + MESSAGE.replace("\r\n", "\n"));
        assertThat(files("mail/ann/tmp")).isEmpty();
        assertThat(folder.resolve("mail/ann/cur")).isDirectory();
    }

    @Test
    void mboxQuotesFromLinesAndEndsWithAnEmptyLine() throws IOException {
        LocalAgent agent = agent("box-{user}", "");
        deliver(agent, "ann", MESSAGE);
        deliver(agent, "Ann+shopping", "Subject: two\r\n\r\nno newline at the end");
        String box = Files.readString(folder.resolve("box-ann"));
        assertThat(box).startsWith("From bob@example.net  ");
        assertThat(box).contains("\n>From here to there\n.dot\nlast line\n\nFrom bob@example.net");
        assertThat(box).endsWith("no newline at the end\n\n");
        assertThat(folder.resolve("box-ann.lock")).doesNotExist();
    }

    @Test
    void manyDeliveriesIntoOneMboxDoNotMix() throws Exception {
        LocalAgent agent = agent("box", "");
        int many = 40;
        var done = new CountDownLatch(many);
        for (int i = 0; i < many; i++) {
            String body = ("line of " + i + "\r\n").repeat(200);
            world.tasks()
                    .start(
                            "delivery",
                            () -> {
                                deliver(agent, "ann", "Subject: x\r\n\r\n" + body);
                                done.countDown();
                            });
        }
        assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
        String box = Files.readString(folder.resolve("box"));
        for (int i = 0; i < many; i++) {
            assertThat(box).contains("\n\n" + ("line of " + i + "\n").repeat(200) + "\n");
        }
    }

    @Test
    void lockOfAnotherProgramDefers() throws IOException {
        Files.createFile(folder.resolve("box.lock"));
        var clock = new SteppingClock(world.clock());
        var stepping =
                new World(
                        clock,
                        world.disk(),
                        world.network(),
                        world.tasks(),
                        world.random(),
                        world.log());
        LocalAgent agent = agent(stepping, "box", Aliases.NONE);
        assertThat(deliver(agent, "ann", MESSAGE).outcome())
                .isInstanceOfSatisfying(
                        Outcome.Deferred.class,
                        deferred -> assertThat(deferred.detail()).contains("locked"));
        assertThat(folder.resolve("box")).doesNotExist();
    }

    @Test
    void aLockThatWasLeftBehindIsRemoved() throws IOException {
        Path lock = Files.createFile(folder.resolve("box.lock"));
        Files.setLastModifiedTime(lock, FileTime.from(Instant.now().minusSeconds(1000)));
        assertThat(deliver(agent("box", ""), "ann", MESSAGE).outcome())
                .isInstanceOf(Outcome.Delivered.class);
        assertThat(lock).doesNotExist();
    }

    @Test
    void aFullMboxSaysSo() throws IOException {
        LocalConfig plain = LocalConfig.plain("example.org", folder + "/box");
        var small =
                new LocalConfig.Mailboxes(
                        folder + "/box", false, 250, 0, "", Map.of(), "", Map.of());
        var config =
                new LocalConfig(
                        plain.hostname(),
                        plain.origin(),
                        small,
                        plain.programs(),
                        plain.files(),
                        plain.forwardPaths(),
                        "");
        LocalAgent agent = agent(world, config, Aliases.NONE);
        assertThat(deliver(agent, "ann", MESSAGE).outcome()).isInstanceOf(Outcome.Delivered.class);
        long before = Files.size(folder.resolve("box"));
        assertThat(deliver(agent, "ann", MESSAGE.repeat(3)).outcome())
                .isInstanceOfSatisfying(
                        Outcome.Deferred.class,
                        full -> {
                            assertThat(full.status()).isEqualTo("4.2.2");
                            assertThat(full.detail()).startsWith("mailbox is full");
                        });
        assertThat(folder.resolve("box")).hasSize(before);
    }

    @Test
    void commandsOfOthersArePutOffWithoutRoot() throws IOException {
        LocalConfig plain = LocalConfig.plain("example.org", folder + "/box");
        var config =
                new LocalConfig(
                        plain.hostname(),
                        plain.origin(),
                        plain.mailboxes(),
                        new LocalConfig.Programs(
                                Set.of(LocalConfig.Source.ALIAS),
                                false,
                                plain.programs().limit(),
                                plain.programs().outputOctets()),
                        plain.files(),
                        plain.forwardPaths(),
                        "");
        Aliases aliases = Aliases.parse("cmd: |/bin/true").aliases();
        // the test's "self" is a uid that is not ours
        assertThat(deliver(agent(world, config, aliases), "cmd", MESSAGE).outcome())
                .isInstanceOfSatisfying(
                        Outcome.Deferred.class,
                        later ->
                                assertThat(later.detail())
                                        .contains("need Postern started by root"));
    }

    /** Postfix: myorigin, not myhostname; the address itself means a user of this machine. */
    @Test
    void namesWithoutADomainAreCompletedByTheOrigin() {
        LocalConfig config =
                LocalConfig.plain("mx.example.org", folder + "/mail/{user}/")
                        .completedBy("origin.example");
        Aliases aliases = Aliases.parse("team: bob, carol@far.example").aliases();
        assertThat(deliver(agent(world, config, aliases), "team", MESSAGE).outcome())
                .isInstanceOfSatisfying(
                        Outcome.Deferred.class,
                        later ->
                                assertThat(later.detail())
                                        .contains("[bob@origin.example, carol@far.example]"));
    }

    @Test
    void unknownUserBounces() {
        assertThat(deliver(agent("mail/{user}/", ""), "nobody-here", MESSAGE).outcome())
                .isInstanceOfSatisfying(
                        Outcome.Bounced.class,
                        bounced -> assertThat(bounced.status()).isEqualTo("5.1.1"));
    }

    @Test
    void mailThatWasHereBeforeBounces() {
        assertThat(
                        deliver(
                                        agent("mail/{user}/", ""),
                                        "ann",
                                        "Delivered-To: ann@example.org\r\n" + MESSAGE)
                                .outcome())
                .isInstanceOfSatisfying(
                        Outcome.Bounced.class,
                        bounced -> assertThat(bounced.status()).isEqualTo("5.4.6"));
    }

    @Test
    void aliasToAFileIsAnMbox() throws IOException {
        LocalAgent agent = agent("mail/{user}/", "archive: " + folder.resolve("archive"));
        assertThat(deliver(agent, "archive", MESSAGE).outcome())
                .isInstanceOf(Outcome.Delivered.class);
        assertThat(Files.readString(folder.resolve("archive"))).contains("Subject: hello\n");
    }

    @Test
    void aliasToAPathWithASlashIsAMaildir() throws IOException {
        LocalAgent agent = agent("mail/{user}/", "archive: " + folder.resolve("archive") + "/");
        assertThat(deliver(agent, "archive", MESSAGE).outcome())
                .isInstanceOf(Outcome.Delivered.class);
        assertThat(files("archive/new")).hasSize(1);
    }

    @Test
    void folderThatCannotBeWrittenDefers() throws IOException {
        Files.delete(folder.resolve("mail"));
        Files.createFile(folder.resolve("mail")); // a file where the folder should be
        assertThat(deliver(agent("mail/{user}/", ""), "ann", MESSAGE).outcome())
                .isInstanceOf(Outcome.Deferred.class);
    }

    @BeforeEach
    void makeRoot() throws IOException {
        Files.createDirectory(folder.resolve("mail"));
    }

    private LocalAgent agent(String mailbox, String aliases) {
        return agent(world, mailbox, Aliases.parse(aliases).aliases());
    }

    private LocalAgent agent(World in, String mailbox, Aliases aliases) {
        return agent(in, LocalConfig.plain("example.org", folder + "/" + mailbox), aliases);
    }

    private LocalAgent agent(World in, LocalConfig config, Aliases aliases) {
        var self = new User("self", 999_999, 999_999, folder);
        return new LocalAgent(
                config,
                new Surroundings(
                        in,
                        USERS,
                        aliases,
                        new Invoker(in),
                        self,
                        (sender, options, recipients, content) -> {
                            throw new IOException(
                                    "nobody takes mail here for "
                                            + recipients.stream().map(Recipient::mailbox).toList());
                        },
                        folder),
                new LocalNames("+"));
    }

    private Delivery deliver(LocalAgent agent, String name, String message) {
        try (Content content = content(message)) {
            var request =
                    new DeliveryRequest(
                            new QueueId(4711),
                            "example.org",
                            ReversePath.of(Mailbox.of("bob", "example.net")),
                            MailOptions.NONE,
                            List.of(Recipient.of(Mailbox.of(name, "example.org"))),
                            content,
                            Origin.OURSELVES);
            return agent.deliver(request).getFirst();
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private Content content(String message) throws IOException {
        byte[] octets = message.getBytes(StandardCharsets.UTF_8);
        var buffer = new ContentStore(world.disk(), folder).buffer(octets.length);
        buffer.append(octets, 0, octets.length);
        return buffer.finish();
    }

    private List<Path> files(String directory) throws IOException {
        try (var paths = Files.list(folder.resolve(directory))) {
            return paths.toList();
        }
    }
}

package postern.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import postern.base.User;
import postern.base.Users;
import postern.base.World;
import postern.base.system.SystemWorld;
import postern.local.LocalAgent;
import postern.local.LocalConfig;
import postern.local.LocalConfig.Mailboxes;
import postern.local.LocalConfig.Programs;
import postern.local.LocalConfig.Source;
import postern.local.Surroundings;
import postern.mail.Content;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Outcome;
import postern.mail.Outcome.Bounced;
import postern.mail.Outcome.Deferred;
import postern.mail.Outcome.Delivered;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.os.Identity;
import postern.table.Aliases;
import postern.table.LocalNames;
import postern.wire.Reply;

/** local(8) as root runs it: real users' rights, real commands, real files. */
class LocalDeliveryTest {
    private static final String MESSAGE = "Subject: hello\r\n\r\nbody\r\n";
    private static final int ANN = 12_345;
    private static final int BOB = 12_346;
    private static final int NOBODY = 65_534;

    @TempDir Path folder;

    private final World world = SystemWorld.create("test");
    private final List<Submitted> submitted = new ArrayList<>();
    private Path ann = Path.of("/");
    private String command = "";
    private Duration limit = Duration.ofMinutes(2);

    private record Submitted(String sender, List<String> recipients, String text) {}

    @BeforeEach
    void makeHomes() throws IOException {
        assumeTrue(Identity.current().uid() == 0, "needs root, to become the recipient");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        ann = home("ann", ANN);
        home("bob", BOB);
        Files.createDirectory(folder.resolve("scratch"));
        Files.createDirectory(folder.resolve("mail"));
    }

    @Test
    void aUsersCommandIsRunAsTheUserAndWithACleanEnvironment() throws IOException {
        forward(
                "|id -u > ran; id -G >> ran; umask >> ran; env | sort >> ran; cat >> ran; cat /etc/shadow");
        assertThat(deliver("", "ann+list")).isInstanceOf(Bounced.class); // cat fails with 1
        String ran = Files.readString(ann.resolve("ran"));
        assertThat(ran).startsWith(ANN + "\n" + ANN + "\n");
        assertThat(Files.getAttribute(ann.resolve("ran"), "unix:uid")).isEqualTo(ANN);
        assertThat(ran)
                .contains("\nHOME=" + ann + "\n")
                .contains("\nUSER=ann\n")
                .contains("\nLOGNAME=ann\n")
                .contains("\nSENDER=eve@example.net\n")
                .contains("\nRECIPIENT=ann+list@example.org\n")
                .contains("\nLOCAL=ann+list\n")
                .contains("\nDOMAIN=example.org\n")
                .contains("\nEXTENSION=list\n")
                .contains("From eve@example.net  ")
                .contains("\nReturn-Path: <eve@example.net>\nDelivered-To: ann+list@example.org\n")
                .endsWith("\nSubject: hello\n\nbody\n");
        assertThat(ran.lines().filter(line -> line.startsWith("JAVA_HOME="))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "0, 2.0.0",
        "64, 5.3.0",
        "65, 5.6.0",
        "67, 5.1.1",
        "69, 5.3.0",
        "71, 4.3.0",
        "73, 5.2.0",
        "75, 4.3.0",
        "77, 5.7.0",
        "78, 5.3.5",
        "1, 5.3.0",
        "126, 4.3.5",
        "127, 4.3.5"
    })
    void theExitStatusIsUnderstood(int code, String status) throws IOException {
        assertThat(deliver("cmd: \"|exit " + code + "\"", "cmd").status()).isEqualTo(status);
    }

    @Test
    void aStatusInTheOutputCountsBeforeTheExitStatus() throws IOException {
        Outcome outcome = deliver("cmd: \"|echo 4.2.1 come back; exit 70\"", "cmd");
        assertThat(outcome).isInstanceOf(Deferred.class);
        assertThat(outcome.status()).isEqualTo("4.2.1");
        assertThat(outcome.detail()).isEqualTo("come back");
    }

    @Test
    void aCommandOfTheAliasesFileHasTheRightsOfTheDefaultUser() throws IOException {
        Outcome outcome = deliver("cmd: \"|id -u; exit 67\"", "cmd");
        assertThat(outcome.detail()).endsWith("Command output: " + NOBODY);
    }

    @Test
    void aCommandThatHangsFloodsOrDiesIsPutOff() throws IOException {
        limit = Duration.ofSeconds(1);
        assertThat(deliver("cmd: \"|sleep 100 & sleep 100\"", "cmd").detail())
                .contains("time limit exceeded");
        limit = Duration.ofMinutes(2);
        assertThat(deliver("cmd: \"|while :; do echo flood; done\"", "cmd").detail())
                .contains("output limit exceeded");
        Outcome died = deliver("cmd: \"|kill -9 $$\"", "cmd");
        assertThat(died).isInstanceOf(Deferred.class);
        assertThat(died.detail()).contains("signal 9");
    }

    /** A hundred children that stay in its process group; each has our mark in its command line. */
    @Test
    void aCommandThatForksIsKilledWithAllItsChildren() throws IOException {
        limit = Duration.ofSeconds(2);
        String mark = "mark-" + folder.getFileName();
        String forks =
                "cmd: \"|: "
                        + mark
                        + "; i=0; while [ $i -lt 100 ]; do (while :; do sleep 1; done) & i=$((i+1)); done; wait\"";
        assertThat(deliver(forks, "cmd").detail()).contains("time limit exceeded");
        await().atMost(Duration.ofSeconds(20))
                .until(
                        () ->
                                ProcessHandle.allProcesses()
                                        .noneMatch(
                                                each ->
                                                        each.info()
                                                                .commandLine()
                                                                .orElse("")
                                                                .contains(mark)));
    }

    @Test
    void nothingOfAnAddressReachesAShell() throws IOException {
        Path planted = folder.resolve("planted");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        forward("|eval echo $EXTENSION $RECIPIENT $SENDER > ran");
        for (String nasty :
                List.of(
                        "ann+$(touch " + planted + ")",
                        "ann+`touch " + planted + "`",
                        "ann+;touch " + planted + ";",
                        "ann+'|touch " + planted,
                        "ann+\ntouch " + planted + "\n")) {
            assertThat(deliver("", nasty)).as(nasty).isInstanceOf(Delivered.class);
        }
        assertThat(planted).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ann+../bob/.forward", "ann+/../../bob/x", "ann+..", "ann+."})
    void nothingOfAnAddressBecomesAPath(String address) throws IOException {
        Files.writeString(folder.resolve("bob/.forward"), "stolen@example.net\n");
        assertThat(deliver("", address)).isInstanceOf(Delivered.class);
        assertThat(submitted).isEmpty();
        assertThat(mails("ann")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../bob",
                "a/b",
                ".",
                "..",
                "$(id)",
                "|id",
                "/etc/passwd",
                ":include:/x",
                "\\ann"
            })
    void namesThatMeanSomethingElsewhereAreUnknownUsers(String name) throws IOException {
        assertThat(deliver("", name).status()).isEqualTo("5.1.1");
    }

    @Test
    void theMailboxIsTheUsersOwn() throws IOException {
        assertThat(deliver("", "ann")).isInstanceOf(Delivered.class);
        Path mail = mails("ann").getFirst();
        assertThat(Files.getAttribute(mail, "unix:uid")).isEqualTo(ANN);
        assertThat(Files.getAttribute(mail, "unix:gid")).isEqualTo(ANN);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(mail)))
                .isEqualTo("rw-------");
    }

    @Test
    void rootsMailIsKeptByTheDefaultUserAndRootsInstructionsAreNotFollowed() throws IOException {
        Files.createDirectory(folder.resolve("root"));
        Files.writeString(folder.resolve("root/.forward"), "|id\n");
        assertThat(deliver("", "root")).isInstanceOf(Delivered.class);
        assertThat(Files.getAttribute(mails("root").getFirst(), "unix:uid")).isEqualTo(NOBODY);
    }

    @Test
    void aMailboxOfSomebodyElseIsNotWritten() throws IOException {
        Path box = Files.createDirectory(folder.resolve("mail/ann"));
        Files.setAttribute(box, "unix:uid", BOB);
        assertThat(deliver("", "ann")).isInstanceOf(Deferred.class);
        try (var none = Files.list(box)) {
            assertThat(none).isEmpty();
        }
    }

    @Test
    void instructionsThatOthersCouldHaveWrittenAreNotFollowed() throws IOException {
        Path file = forward("stolen@example.net");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--rw-"));
        assertThat(deliver("", "ann")).isInstanceOf(Delivered.class);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        Files.setAttribute(file, "unix:uid", BOB);
        assertThat(deliver("", "ann")).isInstanceOf(Delivered.class);
        assertThat(submitted).isEmpty();
        assertThat(mails("ann")).hasSize(2);
    }

    @Test
    void instructionsThatCannotBeReadPutTheMessageOff() throws IOException {
        Path file = forward("other@example.net");
        Files.setAttribute(file, "unix:uid", 0);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        Outcome outcome = deliver("", "ann");
        assertThat(outcome).isInstanceOf(Deferred.class);
        assertThat(outcome.detail()).contains("permission denied");
    }

    @Test
    void aUserMayKeepACopyAndSendMailOn() throws IOException {
        forward("\\ann, carol@example.net\n# no address\nBob Builder <bob>\n");
        assertThat(deliver("", "ann")).isInstanceOf(Delivered.class);
        assertThat(mails("ann")).hasSize(1);
        assertThat(submitted)
                .singleElement()
                .satisfies(
                        message -> {
                            assertThat(message.recipients())
                                    .containsExactly("carol@example.net", "bob@example.org");
                            assertThat(message.sender()).isEqualTo("eve@example.net");
                            assertThat(message.text())
                                    .isEqualTo("Delivered-To: ann@example.org\r\n" + MESSAGE);
                        });
    }

    @Test
    void whatComesBackIsALoop() throws IOException {
        forward("carol@example.net");
        Outcome outcome =
                deliver(
                        agent(""),
                        "ann",
                        "Received: x\r\ndelivered-TO:  Ann@Example.org\r\n" + MESSAGE);
        assertThat(outcome.status()).isEqualTo("5.4.6");
        assertThat(submitted).isEmpty();
    }

    @Test
    void anAliasMayNameEverythingAtOnce() throws IOException {
        Path list =
                Files.writeString(folder.resolve("list"), "dave@example.net, dora\n/dev/null\n");
        Path file = Files.createFile(folder.resolve("archive"));
        Files.setAttribute(file, "unix:uid", NOBODY);
        Path ran = Files.createFile(folder.resolve("ran"));
        Files.setAttribute(ran, "unix:uid", NOBODY);
        String aliases =
                "all: \\ann, carol@example.net, "
                        + file
                        + ", \"|cat >> "
                        + ran
                        + "\", :include:"
                        + list
                        + "\nowner-all: bob\n";
        assertThat(deliver(aliases, "all")).isInstanceOf(Delivered.class);
        assertThat(mails("ann")).hasSize(1);
        assertThat(Files.readString(file)).contains("Subject: hello\n");
        assertThat(Files.readString(ran)).contains("Subject: hello\n");
        assertThat(submitted)
                .singleElement()
                .satisfies(
                        message -> {
                            assertThat(message.recipients())
                                    .containsExactly(
                                            "carol@example.net",
                                            "dave@example.net",
                                            "dora@example.org");
                            assertThat(message.sender()).isEqualTo("owner-all@example.org");
                        });
    }

    @Test
    void whatWasDeliveredIsNotDeliveredAgainWhenTheRestIsTriedAgain() throws IOException {
        Path file = Files.createFile(folder.resolve("archive"));
        Files.setAttribute(file, "unix:uid", NOBODY);
        Path fixed = folder.resolve("fixed");
        String aliases =
                "all: " + file + ", carol@example.net, \"|test -e " + fixed + " || exit 75\"";
        assertThat(deliver(aliases, "all")).isInstanceOf(Deferred.class);
        assertThat(deliver(aliases, "all")).isInstanceOf(Deferred.class);
        Files.createFile(fixed);
        assertThat(deliver(aliases, "all")).isInstanceOf(Delivered.class);
        assertThat(Files.readString(file).split("Subject: hello", -1)).hasSize(2);
        assertThat(submitted).hasSize(1);
        try (var left = Files.list(folder.resolve("scratch"))) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void aListOfAHundredThousandGoesOnWhole() throws IOException {
        var text = new StringBuilder();
        for (int i = 0; i < 100_000; i++) {
            text.append('u').append(i).append("@example.net\n");
        }
        Path list = Files.writeString(folder.resolve("list"), text);
        assertThat(deliver("all: :include:" + list, "all")).isInstanceOf(Delivered.class);
        Set<String> all = new HashSet<>();
        submitted.forEach(message -> all.addAll(message.recipients()));
        assertThat(all).hasSize(100_000);
        assertThat(submitted)
                .allSatisfy(m -> assertThat(m.recipients()).hasSizeLessThanOrEqualTo(1000));
    }

    @Test
    void listsThatIncludeEachOtherEnd() throws IOException {
        Path one = folder.resolve("one");
        Path two = folder.resolve("two");
        Files.writeString(one, ":include:" + two + "\nx@example.net\n");
        Files.writeString(two, ":include:" + one + "\nall, ALL@example.org\n");
        assertThat(deliver("all: :include:" + one, "all")).isInstanceOf(Delivered.class);
        assertThat(submitted)
                .singleElement()
                .satisfies(m -> assertThat(m.recipients()).containsExactly("x@example.net"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"missing", "world", "folder"})
    void aListThatCannotBeTrustedPutsTheMessageOff(String kind) throws IOException {
        Path list = folder.resolve("list");
        if (kind.equals("folder")) {
            Files.createDirectory(list);
        } else if (kind.equals("world")) {
            Files.writeString(list, "x@example.net\n");
            Files.setPosixFilePermissions(list, PosixFilePermissions.fromString("rw-rw-rw-"));
        }
        assertThat(deliver("all: :include:" + list, "all").status()).isEqualTo("4.3.5");
        assertThat(submitted).isEmpty();
    }

    @Test
    void aCommandInAUsersListHasTheRightsOfTheListsOwner() throws IOException {
        Path list = Files.writeString(ann.resolve("list"), "\"|id -u; exit 67\"\n");
        Files.setAttribute(list, "unix:uid", ANN);
        assertThat(deliver("all: :include:" + list, "all").status()).isEqualTo("5.7.1");
    }

    @Test
    void mailboxCommandTakesTheMailAsTheUser() throws IOException {
        command = "id -u > got; cat >> got; test \"$USER\" = ann";
        assertThat(deliver("", "ann")).isInstanceOf(Delivered.class);
        assertThat(Files.readString(ann.resolve("got"))).startsWith(ANN + "\nFrom eve@example.net");
        assertThat(folder.resolve("mail/ann")).doesNotExist();
    }

    @Test
    void aFullMaildirSaysSo() throws IOException {
        assertThat(deliver("", "ann")).isInstanceOf(Delivered.class);
        Path box = folder.resolve("mail/ann");
        Files.writeString(box.resolve("maildirsize"), "50S,5C\n0 0\n");
        Files.setAttribute(box.resolve("maildirsize"), "unix:uid", ANN);
        Outcome full = deliver("", "ann");
        assertThat(full).isInstanceOf(Deferred.class);
        assertThat(full.status()).isEqualTo("4.2.2");
        assertThat(full.detail()).contains("mailbox is full").contains("quota");
        Files.delete(mails("ann").getFirst()); // the reader makes room and does not count
        Files.writeString(box.resolve("maildirsize"), "200S,5C\n190 1\n");
        assertThat(deliver("", "ann")).isInstanceOf(Delivered.class);
        assertThat(Files.readString(box.resolve("maildirsize"))).matches("200S,5C\n0 0\n\\d+ 1\n");
    }

    /** What a file system that is not mounted leaves behind: nothing may be made there. */
    @Test
    void theFolderOfMailboxesIsNeverMadeByADelivery() throws IOException {
        Files.delete(folder.resolve("mail"));
        Outcome outcome = deliver("", "ann");
        assertThat(outcome).isInstanceOf(Deferred.class);
        assertThat(outcome.detail()).contains("does not exist; is it not mounted?");
        assertThat(folder.resolve("mail")).doesNotExist();
    }

    @Test
    void aMailboxThatIsGoneOrNoFolderPutsTheMessageOff() throws IOException {
        Files.writeString(folder.resolve("mail/ann"), "in the way");
        assertThat(deliver("", "ann")).isInstanceOf(Deferred.class);
        Files.delete(folder.resolve("mail/ann"));
        Files.delete(folder.resolve("mail"));
        Files.writeString(folder.resolve("mail"), "in the way");
        assertThat(deliver("", "ann")).isInstanceOf(Deferred.class);
    }

    private Path home(String name, int uid) throws IOException {
        Path home = Files.createDirectory(folder.resolve(name));
        Files.setAttribute(home, "unix:uid", uid);
        return home;
    }

    private Path forward(String text) throws IOException {
        Path file = Files.writeString(ann.resolve(".forward"), text + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        Files.setAttribute(file, "unix:uid", ANN);
        return file;
    }

    private List<Path> mails(String user) throws IOException {
        try (var files = Files.list(folder.resolve("mail").resolve(user).resolve("new"))) {
            return files.toList();
        }
    }

    private Outcome deliver(String aliases, String name) throws IOException {
        return deliver(agent(aliases), name, MESSAGE);
    }

    private LocalAgent agent(String aliases) {
        Map<String, User> known = new HashMap<>();
        known.put("ann", new User("ann", ANN, ANN, folder.resolve("ann")));
        known.put("bob", new User("bob", BOB, BOB, folder.resolve("bob")));
        known.put("root", new User("root", 0, 0, folder.resolve("root")));
        Users users = name -> Optional.ofNullable(known.get(name));
        var config =
                new LocalConfig(
                        "example.org",
                        "example.org",
                        new Mailboxes(
                                folder + "/mail/{user}/",
                                false,
                                0,
                                0,
                                command,
                                Map.of(),
                                "",
                                Map.of()),
                        new Programs(Set.of(Source.ALIAS, Source.FORWARD), false, limit, 100_000),
                        Set.of(Source.ALIAS, Source.FORWARD, Source.INCLUDE),
                        List.of("{home}/.forward+{extension}", "{home}/.forward"),
                        "");
        return new LocalAgent(
                config,
                new Surroundings(
                        world,
                        users,
                        Aliases.parse(aliases).aliases(),
                        new Impersonator(world.clock()),
                        new User("nobody", NOBODY, NOBODY, Path.of("/nonexistent")),
                        this::submit,
                        folder.resolve("scratch")),
                new LocalNames("+"));
    }

    private List<Reply> submit(
            ReversePath sender, MailOptions options, List<Recipient> recipients, Content content)
            throws IOException {
        byte[] octets = new byte[(int) content.octets()];
        int at = 0;
        while (at < octets.length) {
            at += content.read(at, octets, at, octets.length - at);
        }
        submitted.add(
                new Submitted(
                        sender.toString(),
                        recipients.stream().map(r -> r.mailbox().toString()).toList(),
                        new String(octets, StandardCharsets.UTF_8)));
        return recipients.stream().map(_ -> Reply.of(250, "2.0.0", "Ok: queued as X")).toList();
    }

    private Outcome deliver(LocalAgent agent, String name, String message) throws IOException {
        return Handed.to(
                        agent,
                        folder,
                        MailOptions.NONE,
                        message,
                        List.of(Mailbox.of(name, "example.org")))
                .getFirst();
    }
}

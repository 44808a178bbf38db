package postern.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
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
import postern.config.Configuration;
import postern.config.Settings;
import postern.mail.ContentStore;
import postern.mail.DeliveryAgent;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Origin;
import postern.mail.Outcome;
import postern.mail.Outcome.Bounced;
import postern.mail.Outcome.Deferred;
import postern.mail.Outcome.Delivered;
import postern.mailbox.BinaryAsText;
import postern.os.Identity;
import postern.pipe.PipeAgent;
import postern.pipe.PipeConfig;
import postern.table.LocalNames;

/** pipe(8) and virtual(8) as root runs them: real users' rights, real programs, real files. */
class PipeAndVirtualTest {
    private static final String MESSAGE = "Subject: hello\r\n\r\nFrom me\r\n.dot\r\n";
    private static final int LIST = 12_347;
    private static final Users USERS =
            name ->
                    switch (name) {
                        case "list" -> Optional.of(new User("list", LIST, LIST, Path.of("/")));
                        case "root" -> Optional.of(new User("root", 0, 0, Path.of("/root")));
                        default -> Optional.empty();
                    };

    @TempDir Path folder;

    private final World world = SystemWorld.create("test");
    private Path work = Path.of("/");

    @BeforeEach
    void open() throws IOException {
        assumeTrue(Identity.current().uid() == 0, "needs root, to become the configured user");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        work = Files.createDirectory(folder.resolve("work"));
        Files.setAttribute(work, "unix:uid", LIST);
        Files.createDirectory(folder.resolve("scratch"));
    }

    @Test
    void argumentsAreReplacedWithoutAShellAndTheMessageGetsItsFields() throws IOException {
        Path program = program("for a; do echo \"[$a]\"; done > ran; id -u >> ran; cat >> ran");
        List<Outcome> outcomes =
                pipe(
                        "flags = \"FDROhuB.>\"",
                        program,
                        "\"-f\", \"${sender}\", \"$nexthop $$ ${size}\", \"${user}|${extension}|${domain}\","
                                + " \"--\", \"${recipient}\"",
                        "Ann+$(id);'\"@Example.ORG");
        assertThat(outcomes).singleElement().isInstanceOf(Delivered.class);
        assertThat(Files.readString(work.resolve("ran")))
                .startsWith(
                        "[-f]\n[eve@example.net]\n[hop.example $ "
                                + MESSAGE.length()
                                + "]\n[ann|$(id);'\"|example.org]\n[--]\n[ann+$(id);'\"@example.org]\n"
                                + LIST
                                + "\nFrom eve@example.net  ")
                .contains("\nReturn-Path: <eve@example.net>\nX-Original-To: ")
                .contains("\nDelivered-To: \"Ann+$(id);'\\\"\"@example.org\n")
                .endsWith("\nSubject: hello\n\n>From me\n..dot\n\n");
    }

    /** The delimiters here are + and -: whichever comes first; Postfix's exceptions hold. */
    @Test
    void anExtensionIsWhatTheDelimitersSay() throws IOException {
        Path program = program("echo \"$1\" >> ran");
        assertThat(
                        pipe(
                                "",
                                program,
                                "\"${user}|${extension}\"",
                                "ann-lists@x.org",
                                "ann+a-b@x.org",
                                "owner-list@x.org",
                                "bob@x.org"))
                .hasSize(4);
        assertThat(Files.readString(work.resolve("ran")))
                .isEqualTo("ann|lists\nann|a-b\nowner-list|\nbob|\n");
    }

    /** pipe(8): flags change what the sender wrote as they change the recipient. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "h; Ann B+X@example.org",
                "u; ann b+x@example.org",
                "q; \"Ann B+X\"@example.org",
                "hqu; \"ann b+x\"@example.org",
            })
    void theOriginalRecipientFollowsTheFlags(String flags, String written) throws IOException {
        Path program = program("printf '%s\\n' \"$1\" \"$2\" > ran");
        List<Outcome> unused =
                pipe(
                        "flags = \"" + flags + "\"",
                        program,
                        "\"${recipient}\", \"${original_recipient}\"",
                        "Ann B+X@Example.ORG");
        assertThat(Files.readString(work.resolve("ran")))
                .isEqualTo(written + "\n" + written + "\n");
    }

    @ParameterizedTest
    @CsvSource({
        "IPv6:2001:db8::1, mail.far.example, ESMTPSA, 2001:db8::1|mail.far.example|ESMTPSA|ann",
        "192.0.2.1, '', ESMTP, 192.0.2.1|unknown|ESMTP|",
        "'', '', LOCAL, ||LOCAL|",
    })
    void whoAsksIsToldWhereTheMessageCameFrom(
            String address, String name, String protocol, String told) throws IOException {
        Path program = program("echo \"$1\" > ran");
        String keys =
                "\"${client_address}|${client_hostname}|${client_protocol}|${sasl_username}\"";
        PipeAgent agent = agent(piped("", program, keys));
        assertThat(agent.asksForOrigin()).isTrue();
        assertThat(agent(piped("", program, "\"${sender}\"")).asksForOrigin()).isFalse();
        var origin = new Origin(address, name, "helo", protocol, "ann", "smtp", false);
        Mailbox to = Mailbox.of("b", "x.org");
        List<Outcome> unused =
                Handed.to(agent, folder, MailOptions.NONE, MESSAGE, List.of(to), origin);
        assertThat(Files.readString(work.resolve("ran"))).isEqualTo(told + "\n");
    }

    @Test
    void recipientsShareARunOrHaveTheirOwn() throws IOException {
        Path program = program("echo $# >> ran");
        assertThat(
                        pipe(
                                "recipients = 2",
                                program,
                                "\"${recipient}\"",
                                "a@x.org",
                                "b@x.org",
                                "c@x.org"))
                .hasSize(3);
        assertThat(Files.readString(work.resolve("ran"))).isEqualTo("2\n1\n");
        assertThat(pipe("", program, "\"${recipient}\"", "a@x.org", "b@x.org")).hasSize(2);
        assertThat(Files.readString(work.resolve("ran"))).isEqualTo("2\n1\n1\n1\n");
    }

    @Test
    void localPartsAreQuotedOnDemand() throws IOException {
        Path program = program("echo \"$1\" >> ran");
        pipe("flags = \"q\"", program, "\"${recipient}\"", "two words@x.org");
        pipe("", program, "\"${recipient}\"", "two words@x.org");
        assertThat(Files.readString(work.resolve("ran")))
                .isEqualTo("\"two words\"@x.org\ntwo words@x.org\n");
    }

    @Test
    void anAddressThatLooksLikeAnOptionIsRefused() throws IOException {
        Path program = program("touch ran");
        assertThat(pipe("", program, "\"${recipient}\"", "-oops@x.org").getFirst().status())
                .isEqualTo("5.1.3");
        assertThat(work.resolve("ran")).doesNotExist();
    }

    @Test
    void boundsAndBadConfigurationAreAnswered() throws IOException {
        Path program = program("exit 0");
        assertThat(pipe("size = \"10\"", program, "", "a@x.org").getFirst().status())
                .isEqualTo("5.3.4");
        assertThat(pipe("", folder.resolve("none"), "", "a@x.org").getFirst())
                .isInstanceOfSatisfying(
                        Deferred.class, later -> assertThat(later.status()).isEqualTo("4.3.5"));
        for (String user : List.of("root", "nobody-of-that-name")) {
            Settings settings =
                    settings("[pipe.x]\ncommand = [\"/bin/true\"]\nuser = \"" + user + "\"\n");
            assertThat(deliver(agent(settings), "a@x.org").getFirst())
                    .isInstanceOfSatisfying(
                            Deferred.class, later -> assertThat(later.detail()).contains(user));
        }
    }

    /** docs/howto/pipe.md: a list manager that knows its lists, and UUCP. */
    @Test
    void theSamplesOfTheHowToWork() throws IOException {
        Path announce = Files.createDirectories(work.resolve("lists/announce"));
        Files.setAttribute(announce, "unix:uid", LIST);
        Path mailman =
                program(
                        "[ -d \"lists/$2\" ] || { echo \"5.1.1 no list called $2\"; exit 67; }\n"
                                + "cat > \"lists/$2/$1.new\" && mv \"lists/$2/$1.new\" \"lists/$2/$1\"");
        assertThat(
                        pipe(
                                "flags = \"FRu\"",
                                mailman,
                                "\"post\", \"${user}\"",
                                "Announce@lists.x.org"))
                .singleElement()
                .isInstanceOf(Delivered.class);
        assertThat(Files.readString(work.resolve("lists/announce/post")))
                .contains("Subject: hello");
        assertThat(pipe("flags = \"FRu\"", mailman, "\"post\", \"${user}\"", "other@lists.x.org"))
                .singleElement()
                .isInstanceOfSatisfying(
                        Bounced.class,
                        gone -> assertThat(gone.detail()).isEqualTo("no list called other"));
        Path uux = program("echo \"$@\" > job; cat >> job; head -c 5 job > /dev/null");
        assertThat(
                        pipe(
                                "flags = \"Fqhu\"\nrecipients = 10",
                                uux,
                                "\"-r\", \"-n\", \"-a${sender}\", \"-\", \"${nexthop}!rmail\", \"(${recipient})\"",
                                "ann@site.uucp",
                                "bob@site.uucp"))
                .hasSize(2);
        assertThat(Files.readString(work.resolve("job")))
                .startsWith(
                        "-r -n -aeve@example.net - hop.example!rmail (ann@site.uucp) (bob@site.uucp)\n"
                                + "From eve@example.net  ");
    }

    @Test // RFC 3030 §3
    void whatIsBinaryComesAsTextAndLosesNothing() throws IOException {
        String binary = "MIME-Version: 1.0\r\nContent-Type: image/x\r\n\r\n\r\na\nb\r\n\0";
        Path program = program("cat > got");
        var store = new ContentStore(world.disk(), folder);
        Settings settings =
                settings(
                        "[pipe.x]\ncommand = [\""
                                + program
                                + "\"]\nuser = \"list\"\n"
                                + "directory = \""
                                + work
                                + "\"\n");
        assertThat(
                        Handed.to(
                                new BinaryAsText(agent(settings), store),
                                folder,
                                MailOptions.NONE.with(MailOptions.Body.BINARY_MIME),
                                binary,
                                List.of(Mailbox.of("ann", "x.org"))))
                .singleElement()
                .isInstanceOf(Delivered.class);
        String got = Files.readString(work.resolve("got"));
        assertThat(got).contains("Content-Transfer-Encoding: base64\n");
        assertThat(Base64.getMimeDecoder().decode(got.substring(got.indexOf("\n\n") + 2)))
                .isEqualTo("\r\na\nb\r\n\0".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aVirtualMailboxBelongsToItsNumbers() throws IOException {
        List<Outcome> outcomes = virtual("ann@x.org = x.org/ann/", "ann@x.org", "Ann+ext@x.org");
        assertThat(outcomes)
                .hasSize(2)
                .allSatisfy(o -> assertThat(o).isInstanceOf(Delivered.class));
        try (var mails = Files.list(work.resolve("x.org/ann/new"))) {
            assertThat(mails.toList())
                    .hasSize(2)
                    .allSatisfy(
                            mail -> {
                                assertThat(Files.getAttribute(mail, "unix:uid")).isEqualTo(LIST);
                                assertThat(Files.getAttribute(mail, "unix:gid"))
                                        .isEqualTo(LIST + 1);
                            });
        }
        assertThat(virtual("ann@x.org = box", "ann@x.org").getFirst())
                .isInstanceOf(Delivered.class);
        assertThat(Files.readString(work.resolve("box"))).contains("\n>From me\n");
        assertThat(virtual("ann@x.org = x.org/ann/", "bob@x.org").getFirst().status())
                .isEqualTo("5.1.1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"../out/", "/etc/out/", "a/../../out/", "..", "", "link/ann/", "ann/", "x"})
    void noPathLeadsOut(String path) throws IOException {
        Path out = Files.createDirectory(folder.resolve("out"));
        Files.setPosixFilePermissions(out, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.createSymbolicLink(work.resolve("link"), out);
        Files.createDirectory(work.resolve("ann"));
        Files.setAttribute(work.resolve("ann"), "unix:uid", LIST);
        Files.createSymbolicLink(work.resolve("ann/new"), out);
        Files.createSymbolicLink(work.resolve("x"), out.resolve("file"));
        Outcome outcome = virtual("ann@x.org = " + path, "ann@x.org").getFirst();
        assertThat(outcome).as(path).isNotInstanceOf(Delivered.class);
        try (var none = Files.list(out)) {
            assertThat(none).isEmpty();
        }
    }

    @Test
    void theBaseIsNeverMadeByADelivery() throws IOException {
        Files.delete(work);
        assertThat(virtual("ann@x.org = x.org/ann/", "ann@x.org"))
                .singleElement()
                .isInstanceOfSatisfying(
                        Deferred.class,
                        later -> assertThat(later.detail()).contains("is it not mounted?"));
        assertThat(work).doesNotExist();
    }

    @Test
    void anOwnerBelowTheMinimumIsNobodyToWriteAs() throws IOException {
        Settings settings =
                settings(
                        "[virtual]\nbase = \""
                                + work
                                + "\"\nmailboxes = [\"m\"]\nuid_maps = [\"u\"]\n"
                                + "[table.m]\nkind = \"inline\"\nentries = { \"ann@x.org\" = \"ann/\" }\n"
                                + "[table.u]\nkind = \"inline\"\nentries = { \"ann@x.org\" = \"0\" }\n");
        assertThat(
                        deliver(
                                LocalDomain.virtual(world, site(), settings, USERS, identities()),
                                "ann@x.org"))
                .singleElement()
                .isInstanceOfSatisfying(
                        Deferred.class, later -> assertThat(later.detail()).contains("minimum"));
    }

    private List<Outcome> virtual(String entry, String... recipients) throws IOException {
        String[] pair = entry.split(" = ", 2);
        Settings settings =
                settings(
                        "[virtual]\nbase = \""
                                + work
                                + "\"\nmailboxes = [\"m\"]\nuid = "
                                + LIST
                                + "\ngid = "
                                + (LIST + 1)
                                + "\n[table.m]\nkind = \"inline\"\nentries = { \""
                                + pair[0]
                                + "\" = \""
                                + pair[1]
                                + "\" }\n");
        return deliver(
                LocalDomain.virtual(world, site(), settings, USERS, identities()), recipients);
    }

    private Site site() {
        return new Site("mx.example.org", folder);
    }

    private Impersonator identities() {
        return new Impersonator(world.clock());
    }

    private Path program(String script) throws IOException {
        Path program = folder.resolve("program" + Files.list(folder).count());
        Files.writeString(program, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        return program;
    }

    private List<Outcome> pipe(String keys, Path program, String arguments, String... recipients)
            throws IOException {
        return deliver(agent(piped(keys, program, arguments)), recipients);
    }

    private Settings piped(String keys, Path program, String arguments) {
        String words = arguments.isEmpty() ? "" : ", " + arguments;
        return settings(
                "[pipe.x]\ncommand = [\""
                        + program
                        + "\""
                        + words
                        + "]\nuser = \"list\"\n"
                        + "directory = \""
                        + work
                        + "\"\n"
                        + keys
                        + "\n");
    }

    private PipeAgent agent(Settings settings) {
        return new PipeAgent(
                world,
                PipeConfig.all(settings).getFirst(),
                USERS,
                identities(),
                folder.resolve("scratch"),
                new LocalNames("+-")::base);
    }

    private static Settings settings(String text) {
        return switch (Configuration.parse("test.toml", text, Sections.ALL)) {
            case Configuration.Result.Loaded(Settings settings) -> settings;
            case Configuration.Result.Broken broken ->
                    throw new AssertionError(broken.problems().toString());
        };
    }

    private List<Outcome> deliver(DeliveryAgent agent, String... recipients) throws IOException {
        List<Mailbox> all = new ArrayList<>();
        for (String recipient : recipients) {
            int at = recipient.lastIndexOf('@');
            all.add(Mailbox.of(recipient.substring(0, at), recipient.substring(at + 1)));
        }
        return Handed.to(agent, folder, MailOptions.NONE, MESSAGE, all);
    }
}

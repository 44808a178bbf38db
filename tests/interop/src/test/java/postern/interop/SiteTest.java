package postern.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The site of docs/howto/site.md, with the caller as its one user: separate, confined processes.
 */
class SiteTest {
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @TempDir Path folder;

    private void table(String name, String text) throws IOException {
        Path tables = Files.createDirectories(folder.resolve("tables"));
        Path fresh = Files.writeString(folder.resolve(name + ".new"), text);
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-r--r--"));
        Files.move(fresh, tables.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }

    private Postern site(RecordingSink sink) throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Postern postern = Postern.prepare(folder, sink.nextHop(), "");
        table(
                "virtual",
                "chess@clubs.example  "
                        + Postern.USER
                        + "@localhost, carol@elsewhere.example\n@clubs.example  "
                        + Postern.USER
                        + "@localhost\n");
        table("customers", "bob@branch.example  x\n");
        table("transport", "closed.example  error:5.7.1 closed until spring\n");
        String more =
                """
                virtual_alias = ["clubs.example"]
                relay = ["branch.example"]
                relay_recipients = ["table:customers"]
                virtual_aliases = ["virtual"]
                [routing]
                transport = ["transport"]
                [rewrite]
                sender_canonical = ["canonical"]
                generic = ["generic"]
                recipient_bcc = ["bcc"]
                archive_to = "journal@archive.example"
                archive_recipient = ["kept"]
                [table.virtual]
                kind = "file"
                path = "tables/virtual"
                [table.customers]
                kind = "compiled"
                path = "tables/customers"
                [table.transport]
                kind = "file"
                path = "tables/transport"
                [table.canonical]
                kind = "inline"
                entries = { "games@example.org" = "Fun.Games@example.org" }
                [table.generic]
                kind = "inline"
                entries = { "@pc.localdomain" = "outside@example.org" }
                [table.bcc]
                kind = "inline"
                entries = { "bob@branch.example" = "auditor@elsewhere.example" }
                [table.kept]
                kind = "inline"
                entries = { "chess@clubs.example" = "x" }
                [local]
                """;
        Files.writeString(
                postern.config(), Files.readString(postern.config()).replace("[local]\n", more));
        return postern;
    }

    private static List<RecordingSink.Received> to(RecordingSink sink, String recipient) {
        return sink.received().stream()
                .filter(each -> each.recipients().contains(recipient))
                .toList();
    }

    private static void send(int port, String from, String to) throws IOException {
        try (Client client = Client.greeted(port)) {
            assertThat(client.send(from, to, "From: " + from + "\r\nSubject: s\r\n\r\nbody"))
                    .startsWith("250");
        }
    }

    private static String rcpt(Postern postern, String to) throws IOException {
        try (Client client = new Client(postern.smtp())) {
            String unused = client.reply();
            assertThat(client.say("EHLO stranger.example")).startsWith("250");
            assertThat(client.say("MAIL FROM:<stranger@far.example>")).startsWith("250");
            return client.say("RCPT TO:<" + to + ">");
        }
    }

    @Test
    void everyMessageTakesItsPath() throws IOException {
        try (RecordingSink sink = new RecordingSink();
                Postern postern = site(sink)) {
            assertThat(postern.command("check").code()).isEqualTo(78); // nothing compiled yet
            assertThat(postern.command("table", "build").output()).contains("1 entries");
            assertThat(postern.command("check").code()).isZero();
            postern.start();

            send(postern.smtp(), "x@far.example", "chess@clubs.example");
            send(postern.smtp(), "x@far.example", "anybody@clubs.example");
            send(postern.smtp(), "x@far.example", "bob@branch.example");
            send(postern.submission(), "games@example.org", "one@elsewhere.example");
            send(postern.submission(), "ann@pc.localdomain", "two@elsewhere.example");
            assertThat(rcpt(postern, "eve@branch.example"))
                    .startsWith("550 5.1.1")
                    .contains("User unknown in relay recipient table");
            assertThat(rcpt(postern, "x@closed.example"))
                    .startsWith("550 5.7.1")
                    .contains("closed until spring");

            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> {
                                assertThat(postern.mail(Postern.USER)).hasSize(2);
                                assertThat(sink.received()).hasSize(5); // bob and auditor in one
                            });
            assertThat(to(sink, "carol@elsewhere.example")).hasSize(1);
            assertThat(to(sink, "bob@branch.example")).hasSize(1);
            assertThat(to(sink, "auditor@elsewhere.example")).hasSize(1);
            assertThat(to(sink, "journal@archive.example"))
                    .singleElement()
                    .satisfies(
                            kept -> {
                                assertThat(kept.sender()).isEmpty();
                                assertThat(kept.header("X-Envelope-From"))
                                        .isEqualTo("<x@far.example>");
                                assertThat(kept.header("X-Envelope-To"))
                                        .isEqualTo("<chess@clubs.example>");
                            });
            assertThat(to(sink, "one@elsewhere.example").getFirst().sender())
                    .isEqualTo("Fun.Games@example.org");
            assertThat(to(sink, "two@elsewhere.example").getFirst().sender())
                    .isEqualTo("outside@example.org");

            String told = postern.command("explain", "address", "chess@clubs.example").output();
            assertThat(told)
                    .contains("[virtual:1]")
                    .contains("(local)  delivered by local")
                    .contains("(remote)  delivered by smtp to " + sink.nextHop());
        }
    }

    @Test
    void aTableIsReadAnewAsAWholeOrNotAtAll() throws IOException {
        try (RecordingSink sink = new RecordingSink();
                Postern postern = site(sink)) {
            assertThat(postern.command("table", "build").code()).isZero();
            postern.start();
            assertThat(rcpt(postern, "first@clubs.example")).startsWith("250");
            table(
                    "virtual",
                    "only@clubs.example " + Postern.USER + "@localhost\nbad line\nworse\n");
            await().atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(500))
                    .until(
                            () -> {
                                assertThat(rcpt(postern, "second@clubs.example")).startsWith("250");
                                return postern.log().contains("virtual:3: \"worse\" has no value");
                            });
            table("virtual", "only@clubs.example " + Postern.USER + "@localhost\n");
            await().atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> rcpt(postern, "third@clubs.example").startsWith("550 5.1.1"));
            Files.delete(folder.resolve("tables/virtual"));
            await().atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(500))
                    .until(
                            () -> {
                                assertThat(rcpt(postern, "Only@clubs.example")).startsWith("250");
                                return postern.log().contains("the file is gone");
                            });
        }
    }
}

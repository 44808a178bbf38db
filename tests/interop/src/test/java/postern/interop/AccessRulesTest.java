package postern.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Rules from the connection to the queue and out of it again, in the confined processes, with lists
 * and names from Unbound.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AccessRulesTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    private static final String RULES =
            """
            [smtp]
            dns_servers = ["127.0.0.1:%d"]
            [[dns_list]]
            zone = "bl.test"
            weight = 3
            [[dns_list]]
            zone = "wl.test"
            weight = -5
            [[rule]]
            name = "listed"
            recipient = ["listed@far.test"]
            score_at_least = 3
            action = "reject"
            reply = "550 5.7.1 You are listed"
            [[rule]]
            name = "vouched-for"
            recipient = ["vouched@far.test"]
            score_below = 0
            action = "reject"
            [[rule]]
            name = "named"
            recipient = ["named@far.test"]
            client_name = ["*.clients.test"]
            action = "reject"
            reply = "550 5.7.1 You have a name"
            [[rule]]
            name = "no-domain"
            stage = "mail"
            sender = ["*.unknown.test"]
            unknown_sender_domain = true
            action = "defer"
            reply = "450 4.1.8 No such domain"
            [[rule]]
            name = "suspects"
            stage = "mail"
            sender = ["*@suspect.test"]
            action = "hold"
            [[rule]]
            name = "mark"
            stage = "mail"
            sender = ["*@marked.test"]
            action = "prepend"
            header = "X-Suspect: yes"
            [[rule]]
            name = "copy"
            stage = "mail"
            sender = ["*@marked.test"]
            action = "add-recipient"
            to = "archive@far.test"
            [[rule]]
            name = "elsewhere"
            recipient = ["old@far.test"]
            action = "redirect"
            to = "new@far.test"
            [[rule]]
            name = "drop"
            stage = "end-of-data"
            sender = ["*@dropped.test"]
            action = "discard"
            """;

    private static final String NAMES =
            """
            local-zone: "test." static
            local-data: "1.0.0.127.bl.test. A 127.0.0.2"
            local-data: "host.clients.test. A 127.0.0.1"
            local-data: "known.unknown.test. A 192.0.2.1"
            local-zone: "127.in-addr.arpa." static
            local-data: "1.0.0.127.in-addr.arpa. PTR host.clients.test."
            """;

    private RecordingSink sink;
    private Postern postern;
    private Unbound unbound;

    @BeforeAll
    void start(@TempDir(factory = OpenFolder.class) Path folder) throws IOException {
        unbound = Unbound.plain(folder, NAMES);
        sink = new RecordingSink();
        postern =
                Postern.start(
                        folder.resolve("postern"), sink.nextHop(), RULES.formatted(unbound.port()));
    }

    @AfterAll
    void stop() throws IOException {
        if (postern != null) {
            postern.close();
            sink.close();
        }
        if (unbound != null) {
            unbound.close();
        }
    }

    private String send(String sender, String recipient, String content) throws IOException {
        try (Client client = Client.greeted(postern.smtp())) {
            return client.send(sender, recipient, content);
        }
    }

    @Test
    void aListedClientIsRefusedByNameAndLine() throws IOException {
        assertThat(send("ann@example.net", "listed@far.test", "x"))
                .isEqualTo("550 5.7.1 You are listed");
        postern.awaitLog("rule=listed at=postern.toml:");
    }

    @Test
    void aListThatDoesNotNameItDoesNotCount() throws IOException {
        assertThat(send("ann@example.net", "vouched@far.test", "x")).startsWith("250");
    }

    @Test
    void aVerifiedNameIsKnown() throws IOException {
        assertThat(send("ann@example.net", "named@far.test", "x"))
                .isEqualTo("550 5.7.1 You have a name");
        postern.awaitLog("host.clients.test[127.0.0.1]");
    }

    @Test
    void aSenderWhoseDomainIsNotThereComesAgain() throws IOException {
        assertThat(send("ann@not.unknown.test", "bob@far.test", "x")).startsWith("450 4.1.8");
        assertThat(send("ann@known.unknown.test", "bob@far.test", "x")).startsWith("250");
    }

    @Test
    void aHeldMessageWaitsForTheOperator() throws IOException {
        String reply = send("eve@suspect.test", "bob@far.test", "Subject: held-mark\r\n\r\nx");
        assertThat(reply).startsWith("250");
        String id = reply.replaceAll(".*queued as (\\S+).*", "$1");

        assertThat(postern.command("queue", "show", id).output())
                .contains("held by rule suspects (postern.toml:");
        assertThat(sink.received()).noneMatch(mail -> mail.text().contains("held-mark"));
        assertThat(postern.command("queue", "release", id).code()).isZero();
        assertThat(sink.awaitMail("held-mark").recipients()).containsExactly("bob@far.test");
    }

    @Test
    void aMarkedMessageIsCopied() throws IOException {
        assertThat(send("eve@marked.test", "bob@far.test", "Subject: marked-mark\r\n\r\nx"))
                .startsWith("250");

        assertThat(sink.awaitMail("marked-mark").text()).contains("\r\nX-Suspect: yes\r\nSubject:");
        await().atMost(SOON)
                .until(
                        () ->
                                sink.received().stream()
                                        .filter(mail -> mail.text().contains("marked-mark"))
                                        .flatMap(mail -> mail.recipients().stream())
                                        .toList()
                                        .containsAll(List.of("bob@far.test", "archive@far.test")));
    }

    @Test
    void aRedirectedMessageGoesElsewhere() throws IOException {
        assertThat(send("ann@example.net", "old@far.test", "Subject: redirect-mark\r\n\r\nx"))
                .startsWith("250");

        assertThat(sink.awaitMail("redirect-mark").recipients()).containsExactly("new@far.test");
    }

    @Test
    void aDiscardedMessageIsTakenAndGone() throws IOException {
        assertThat(send("eve@dropped.test", "bob@far.test", "Subject: drop-mark\r\n\r\nx"))
                .startsWith("250 2.0.0 Ok: queued as ");
        postern.awaitLog("discard: id=");
        assertThat(send("ann@example.net", "bob@far.test", "Subject: after-drop\r\n\r\nx"))
                .startsWith("250");
        assertThat(sink.awaitMail("after-drop").text()).isNotEmpty();
        assertThat(sink.received()).noneMatch(mail -> mail.text().contains("drop-mark"));
    }

    @Test
    void theLimitsShowWhoDoesMost() throws IOException {
        assertThat(send("ann@example.net", "bob@far.test", "x")).startsWith("250");

        assertThat(postern.command("status", "--limits").output())
                .contains("127.0.0.1/32")
                .containsPattern("sessions \\d+/1000");
        assertThat(postern.command("status", "--limits", "--json").output())
                .contains("\"client\":\"127.0.0.1/32\"");
    }

    @Test
    void theRulesAreExplainedOffline() throws IOException {
        assertThat(
                        postern.command(
                                        "explain",
                                        "client",
                                        "203.0.113.9",
                                        "--from",
                                        "eve@suspect.test",
                                        "--to",
                                        "listed@far.test",
                                        "--score",
                                        "3")
                                .output())
                .containsPattern("mail +suspects +postern.toml:\\d+ +applies: hold")
                .containsPattern("rcpt +listed +postern.toml:\\d+ +applies: reject 550 5.7.1")
                .contains("may not relay");
    }
}

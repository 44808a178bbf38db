package postern.command.sendmail;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import postern.command.Console;
import postern.command.ExitStatus;
import postern.command.StateFolder;
import postern.command.UnixServer;

class SendmailTest {
    private static final String HELLO =
            "250-mx.example.org\r\n250-PIPELINING\r\n250-SIZE 0\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-DSN\r\n250-AUTH EXTERNAL\r\n250 ENHANCEDSTATUSCODES\r\n";

    @TempDir Path folder;
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private Console console = new Console("", Map.of());

    private ExitStatus run(String message, String... words) {
        console = new Console(message, Map.of());
        StateFolder state = new StateFolder(folder, Optional.empty(), _ -> folder);
        return new Sendmail(console.terminal(), state).run(List.of(words));
    }

    private UnixServer server(Map<String, String> replies) throws IOException {
        return UnixServer.start(folder.resolve("run/submission"), talk -> serve(talk, replies));
    }

    private void serve(UnixServer.Talk talk, Map<String, String> replies) throws IOException {
        talk.say(replies.getOrDefault("", "220 mx.example.org ESMTP Postern\r\n"));
        for (String line = talk.hear(); !line.isEmpty(); line = talk.hear()) {
            heard.add(line);
            String verb = line.split("[ :]", 2)[0];
            String byDefault =
                    switch (verb) {
                        case "EHLO" -> HELLO;
                        case "AUTH" -> "235 2.7.0 Ok\r\n";
                        case "DATA" -> "354 Go\r\n";
                        case "QUIT" -> "221 2.0.0 Bye\r\n";
                        default -> "250 2.0.0 Ok\r\n";
                    };
            String reply = replies.getOrDefault(line, replies.getOrDefault(verb, byDefault));
            talk.say(reply);
            if (reply.startsWith("354")) {
                heard.add(talk.data());
                talk.say(replies.getOrDefault(".", "250 2.0.0 Ok: queued as 1\r\n"));
            }
            if (verb.equals("QUIT")) {
                return;
            }
        }
    }

    @Test
    void aMessageFromStandardInput() throws IOException {
        try (UnixServer _ = server(Map.of())) {
            assertThat(run("Subject: hi\n\n.dot\nbody\n.\nignored", "bob@example.net", "root"))
                    .isEqualTo(ExitStatus.OK);
        }
        assertThat(heard)
                .containsExactly(
                        "EHLO localhost",
                        "AUTH EXTERNAL =",
                        "MAIL FROM:<ann> SIZE=27",
                        "RCPT TO:<bob@example.net>",
                        "RCPT TO:<root>",
                        "DATA",
                        "Subject: hi\r\n\r\n..dot\r\nbody\r\n.\r\n",
                        "QUIT");
        assertThat(console.err()).isEmpty();
        assertThat(console.out()).isEmpty();
    }

    @Test // Postfix's sendmail(1)
    void aReversePathForEachRecipientIsAskedForWhereItIsOffered() throws IOException {
        Map<String, String> offered = Map.of("EHLO", HELLO.replace("250-DSN", "250-XVERP"));
        try (UnixServer _ = server(offered)) {
            assertThat(run("\n", "-XV", "-f", "list@a.example", "bob@b.example"))
                    .isEqualTo(ExitStatus.OK);
            assertThat(run("\n", "-XV-=", "-f", "list@a.example", "bob@b.example"))
                    .isEqualTo(ExitStatus.OK);
            assertThat(run("\n", "-XV@@", "bob@b.example")).isEqualTo(ExitStatus.USAGE);
            assertThat(run("\n", "-X", "/tmp/log", "bob@b.example")).isEqualTo(ExitStatus.OK);
        }
        assertThat(heard)
                .filteredOn(line -> line.startsWith("MAIL"))
                .satisfiesExactly(
                        first -> assertThat(first).endsWith(" XVERP=+="),
                        second -> assertThat(second).endsWith(" XVERP=-="),
                        third -> assertThat(third).doesNotContain("XVERP"));
    }

    @Test
    void aReversePathForEachRecipientThatIsNotOfferedIsAnError() throws IOException {
        try (UnixServer _ = server(Map.of())) {
            assertThat(run("\n", "-XV", "bob@b.example")).isEqualTo(ExitStatus.UNAVAILABLE);
        }
        assertThat(heard).noneMatch(line -> line.startsWith("MAIL"));
    }

    @Test
    void recipientsFromTheHeaderOnceEach() throws IOException {
        String message =
                """
                From: x@y.z
                To: Friends: bob@example.net, "B, C" <carl@example.net>;
                Cc: bob@EXAMPLE.net
                Bcc: dora@example.net,
                 (comment) emil@example.net

                body
                """;
        try (UnixServer _ = server(Map.of())) {
            assertThat(
                            run(
                                    message, "-t", "-i", "-f", "<>", "-F", "Ann", "-N", "failure",
                                    "-R", "hdrs", "-V", "a=b"))
                    .isEqualTo(ExitStatus.OK);
        }
        assertThat(heard.get(2)).startsWith("MAIL FROM:<> SIZE=").endsWith(" RET=HDRS ENVID=a+3Db");
        assertThat(heard.subList(3, 7))
                .containsExactly(
                        "RCPT TO:<bob@example.net> NOTIFY=FAILURE",
                        "RCPT TO:<carl@example.net> NOTIFY=FAILURE",
                        "RCPT TO:<dora@example.net> NOTIFY=FAILURE",
                        "RCPT TO:<emil@example.net> NOTIFY=FAILURE");
        assertThat(heard.get(8))
                .startsWith("From: x@y.z\r\nTo: ")
                .doesNotContain("dora")
                .doesNotContain("emil");
    }

    @Test
    void whatIsBeyondAsciiIsAskedFor() throws IOException {
        try (UnixServer _ = server(Map.of())) {
            assertThat(run("Subject: x\n\ncaf\u00e9\n", "bob@example.net"))
                    .isEqualTo(ExitStatus.OK);
            assertThat(run("Subject: x\n\n", "-F", "Jörg", "jörg@example.net"))
                    .isEqualTo(ExitStatus.OK);
        }
        assertThat(heard).contains("MAIL FROM:<ann> SIZE=21 BODY=8BITMIME");
        assertThat(heard)
                .anyMatch(line -> line.startsWith("MAIL FROM:<ann>") && line.endsWith(" SMTPUTF8"));
        assertThat(heard).anyMatch(line -> line.startsWith("From: =?UTF-8?B?SsO2cmc=?= <ann>\r\n"));
    }

    @Test
    void aLargeMessageStreams() throws IOException {
        String line = "0123456789".repeat(7) + "\n";
        String message = "Subject: x\n\n" + line.repeat(40_000);
        try (UnixServer _ = server(Map.of())) {
            assertThat(run(message, "bob@example.net")).isEqualTo(ExitStatus.OK);
        }
        assertThat(heard.get(2)).isEqualTo("MAIL FROM:<ann> BODY=8BITMIME");
        assertThat(heard.get(5)).isEqualTo(message.replace("\n", "\r\n") + ".\r\n");
    }

    @Test
    void oneRefusedRecipientStopsAll() throws IOException {
        Map<String, String> refused =
                Map.of("RCPT TO:<nobody@example.net>", "550 5.1.1 no such user\r\n");
        try (UnixServer _ = server(refused)) {
            assertThat(run("x\n", "bob@example.net", "nobody@example.net"))
                    .isEqualTo(ExitStatus.NO_USER);
        }
        assertThat(heard).doesNotContain("DATA");
        assertThat(console.err())
                .isEqualTo(
                        "sendmail: nobody@example.net: 550 5.1.1 no such user\nsendmail: nothing was sent\n");
    }

    @Test
    void refusalsHaveTheirExitStatus() throws IOException {
        assertStatus(ExitStatus.TEMPORARY, "", "421 4.3.2 not now\r\n");
        assertStatus(ExitStatus.NO_PERMISSION, "AUTH", "535 5.7.8 no\r\n");
        assertStatus(ExitStatus.DATA_ERROR, "MAIL", "552 5.3.4 too large\r\n");
        assertStatus(ExitStatus.TEMPORARY, "RCPT", "451 4.3.0 later\r\n");
        assertStatus(ExitStatus.NO_PERMISSION, "RCPT", "554 5.7.1 relay access denied\r\n");
        assertStatus(ExitStatus.DATA_ERROR, ".", "554 5.6.0 loop\r\n");
        assertStatus(ExitStatus.TEMPORARY, ".", "452 4.3.1 full\r\n");
        assertStatus(ExitStatus.TEMPORARY, "EHLO", "nonsense\r\n");
    }

    @Test
    void aLostAnswerIsToldAsSuch() throws IOException {
        try (UnixServer _ = server(Map.of(".", "nonsense\r\n"))) {
            assertThat(run("x\n", "bob@example.net")).isEqualTo(ExitStatus.TEMPORARY);
        }
        assertThat(console.err()).endsWith("sendmail: it may have been sent\n");
    }

    private void assertStatus(ExitStatus status, String command, String reply) throws IOException {
        try (UnixServer _ = server(Map.of(command, reply))) {
            assertThat(run("x\n", "bob@example.net")).as(command + reply).isEqualTo(status);
        }
        java.nio.file.Files.delete(folder.resolve("run/submission"));
    }

    @Test
    void withoutPosternItIsToBeTriedAgain() {
        assertThat(run("x\n", "bob@example.net")).isEqualTo(ExitStatus.TEMPORARY);
        assertThat(console.err())
                .contains("cannot reach Postern: " + folder.resolve("run/submission"))
                .endsWith("sendmail: nothing was sent\n");
    }

    @Test
    void mistakesOfTheCaller() {
        assertThat(run("x\n")).isEqualTo(ExitStatus.USAGE);
        assertThat(run("x\n", "-Z")).isEqualTo(ExitStatus.USAGE);
        assertThat(run("Subject: x\n\n", "-t")).isEqualTo(ExitStatus.DATA_ERROR);
        assertThat(run("To: two words\n\n", "-t")).isEqualTo(ExitStatus.DATA_ERROR);
        assertThat(console.err())
                .isEqualTo(
                        "sendmail: bad field to: \"two words\" is no address\nsendmail: nothing was sent\n");
        assertThat(run("x\n", "a@b..c")).isEqualTo(ExitStatus.DATA_ERROR);
    }

    @Test
    void theDialogueIsShown() throws IOException {
        try (UnixServer _ = server(Map.of())) {
            assertThat(run("x\n", "-v", "bob@example.net")).isEqualTo(ExitStatus.OK);
        }
        assertThat(console.err())
                .contains("<<< 220 mx.example.org ESMTP Postern\n>>> EHLO localhost\n")
                .contains(">>> RCPT TO:<bob@example.net>\n")
                .endsWith("<<< 250 2.0.0 Ok: queued as 1\n>>> QUIT\n<<< 221 2.0.0 Bye\n");
    }

    @Test
    void smtpIsPassedThrough() throws IOException {
        try (UnixServer _ = server(Map.of())) {
            String script = "EHLO me\nMAIL FROM:<a@b>\r\nDATA\nx\n..y\n.\nQUIT\n";
            assertThat(run(script, "-bs")).isEqualTo(ExitStatus.OK);
        }
        assertThat(heard)
                .containsExactly(
                        "EHLO localhost",
                        "AUTH EXTERNAL =",
                        "EHLO me",
                        "MAIL FROM:<a@b>",
                        "DATA",
                        "x\r\n..y\r\n.\r\n",
                        "QUIT");
        assertThat(console.out())
                .startsWith("220 mx.example.org ESMTP Postern\r\n250-mx")
                .doesNotContain("235")
                .endsWith("221 2.0.0 Bye\r\n");
    }

    @Test
    void aHalfMessageIsNotPassedOn() throws IOException {
        try (UnixServer _ = server(Map.of())) {
            assertThat(run("DATA\nx\n", "-bs")).isEqualTo(ExitStatus.TEMPORARY);
            assertThat(run("NOOP\n", "-bs")).isEqualTo(ExitStatus.OK);
        }
        assertThat(heard).doesNotContain("x\r\n.\r\n").contains("NOOP");
    }

    @Test
    void theSocketMayBeNamed() throws IOException {
        Path elsewhere = folder.resolve("elsewhere");
        try (UnixServer _ = UnixServer.start(elsewhere, talk -> serve(talk, Map.of()))) {
            Console named =
                    new Console("x\n", Map.of(Sendmail.SOCKET_VARIABLE, elsewhere.toString()));
            StateFolder state = new StateFolder(folder, Optional.empty(), _ -> folder);
            assertThat(new Sendmail(named.terminal(), state).run(List.of("bob@example.net")))
                    .isEqualTo(ExitStatus.OK);
        }
    }

    @Test
    void theConfigurationIsReadWhenTheUsualFolderIsQuiet() throws IOException {
        Path stated = folder.resolve("stated");
        try (UnixServer _ =
                UnixServer.start(stated.resolve("run/submission"), talk -> serve(talk, Map.of()))) {
            Console asked = new Console("x\n", Map.of());
            StateFolder state = new StateFolder(folder, Optional.empty(), _ -> stated);
            assertThat(new Sendmail(asked.terminal(), state).run(List.of("bob@example.net")))
                    .isEqualTo(ExitStatus.OK);
        }
    }

    @Test
    void aBatchGoesOnBehindWhatWasRefusedAndSaysSo() throws IOException {
        try (UnixServer server =
                server(
                        Map.of(
                                "RCPT TO:<bad@example.org>",
                                "550 5.1.1 No\r\n",
                                "DATA",
                                "354 Go\r\n"))) {
            assertThat(server).isNotNull();
            console =
                    new Console(
                            "HELO site\nMAIL FROM:<a@example.org>\nRCPT TO:<bad@example.org>\n"
                                    + "RCPT TO:<good@example.org>\nDATA\nSubject: x\n\n..dot\n.\nQUIT\n",
                            Map.of());
            StateFolder state = new StateFolder(folder, Optional.empty(), _ -> folder);
            assertThat(new Sendmail(console.terminal(), state).batch(List.of()))
                    .isEqualTo(ExitStatus.DATA_ERROR);
        }
        assertThat(heard)
                .contains("RCPT TO:<good@example.org>")
                .anyMatch(each -> each.contains("..dot"));
        assertThat(console.err()).contains("bsmtp: RCPT TO:<bad@example.org>: 550 5.1.1 No");
        assertThat(console.out()).isEmpty();
    }

    @Test
    void aBatchsMessageIsSwallowedWhereNobodyWantsIt() throws IOException {
        try (UnixServer server = server(Map.of("DATA", "554 5.5.1 No recipients\r\n"))) {
            assertThat(server).isNotNull();
            console =
                    new Console(
                            "MAIL FROM:<a@example.org>\nDATA\nMAIL FROM:<inside@example.org>\n.\nNOOP\n",
                            Map.of());
            StateFolder state = new StateFolder(folder, Optional.empty(), _ -> folder);
            assertThat(new Sendmail(console.terminal(), state).batch(List.of()))
                    .isEqualTo(ExitStatus.DATA_ERROR);
        }
        assertThat(heard).contains("RSET", "NOOP").noneMatch(each -> each.contains("inside"));
    }

    @Test
    void recipientsAreVerifiedAndNothingIsSent() throws IOException {
        try (UnixServer server = server(Map.of("RCPT TO:<bad>", "550 5.1.1 No\r\n"))) {
            assertThat(server).isNotNull();
            assertThat(run("", "-bv", "good", "bad")).isEqualTo(ExitStatus.NO_USER);
        }
        assertThat(console.out())
                .contains("good... deliverable")
                .contains("bad... undeliverable: 550 5.1.1 No");
        assertThat(heard).doesNotContain("DATA");
    }
}

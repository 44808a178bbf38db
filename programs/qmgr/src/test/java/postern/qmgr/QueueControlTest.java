package postern.qmgr;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import postern.base.Endpoint;
import postern.base.Listener;
import postern.base.Peer;
import postern.mail.Admission;
import postern.mail.Delivery;
import postern.mail.Expansion;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Notices;
import postern.mail.Origin;
import postern.mail.Outcome;
import postern.mail.Passage;
import postern.mail.QueueId;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.mail.Route;
import postern.mail.Router;
import postern.testkit.LyingDisk;
import postern.testkit.SimProcess;
import postern.testkit.SimWorld;

/** The queue's control socket, on virtual time, with a queue in memory. */
final class QueueControlTest {
    private static final ReversePath ANN = ReversePath.of(Stage.recipient("ann@s.test").mailbox());
    private static final RouteRules RULES =
            (_, recipient) ->
                    List.of(
                            new RouteRules.Rule(
                                    "transport", "smtp:" + recipient.domain(), "routes:7"));
    private static final Endpoint AT = new Endpoint.Local(Path.of("/run/queue-control"));

    private static final Delivery GREY =
            new Delivery(
                    new Outcome.Deferred("4.2.1", "greylisted", Outcome.About.RECIPIENT),
                    "mx.a.test[192.0.2.1]:25",
                    new Passage(0, "TLSv1.3", false));

    private final SimWorld sim = new SimWorld(1);
    private final SimProcess process = sim.process("queue", "postern", new LyingDisk());
    private final MemorySpool spool = new MemorySpool();

    private final Notices notices =
            (kind, original, _, _, _) ->
                    original.sender() instanceof ReversePath.Sender sender
                            ? Optional.of(
                                    new Notices.Notice(
                                            ReversePath.NOBODY,
                                            MailOptions.NONE,
                                            List.of(Recipient.of(sender.mailbox())),
                                            new byte[0]))
                            : Optional.empty();

    private void serve(Map<String, Delivery> answers) {
        serve(answers, listener -> listener);
    }

    private void serve(
            Map<String, Delivery> answers, java.util.function.UnaryOperator<Listener> way) {
        serve(answers, new Stage.ByDomain(), way);
    }

    private void serve(
            Map<String, Delivery> answers,
            Router router,
            java.util.function.UnaryOperator<Listener> way) {
        Agents agents =
                (_, request) ->
                        request.recipients().stream()
                                .map(to -> answers.getOrDefault(to.mailbox().domain().text(), GREY))
                                .toList();
        var queue =
                new QueueManager(
                        QmgrConfig.DEFAULT, process.world(), spool, router, notices, agents);
        var authority =
                new Authority(
                        Set.of("root", "postern"), "auditor"::equals, "postern-front"::equals);
        process.start(
                "serve",
                () -> {
                    try (Listener listener = process.world().network().listen(AT)) {
                        queue.start();
                        new QueueControl(process.world(), queue, spool, router, RULES, authority)
                                .serve(way.apply(listener));
                    } catch (IOException failed) {
                        throw new AssertionError(failed);
                    }
                });
        run(Duration.ofSeconds(5));
    }

    private void run(Duration most) {
        sim.run(most);
        assertThat(sim.panics()).isEmpty();
    }

    private QueueId put(String sender, String... recipients) {
        return spool.put(sim.now(), ReversePath.of(Stage.recipient(sender).mailbox()), recipients);
    }

    private String ask(String request) {
        return ask("root", request);
    }

    @Test
    void aListOfManyComesWhole() {
        List<QueueId> ids = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            ids.add(spool.put(sim.now(), ANN, "u" + i + "@a.test"));
        }
        serve(Map.of());
        String all = ask("list");
        assertThat(all.lines()).hasSize(402);
        assertThat(all)
                .startsWith("id=" + ids.getFirst() + "\tarrived=1767225600\tsize=1000\tsender=ann")
                .contains("address=u7@a.test\tstate=waiting\tattempts=1\tnext=")
                .contains("\treason=4.2.1 greylisted\ttransport=smtp\tnexthop=a.test\n")
                .endsWith("result=ok\tcount=200\n.\n");
        assertThat(ask("delete\tid=" + ids.get(1))).isEqualTo("result=ok\tcount=1\n.\n");
        assertThat(ask("flush")).isEqualTo("result=ok\tcount=199\n.\n");
        assertThat(ask("flush\tdestination=b.test")).isEqualTo("result=ok\tcount=0\n.\n");
        assertThat(ask("delete\tid=" + ids.get(1))).startsWith("result=error\tcode=unknown");
        assertThat(ask("delete")).startsWith("result=error\tcode=usage");
        assertThat(ask("dance")).startsWith("result=error\tcode=usage");
        assertThat(ask("list\tcolour=red")).startsWith("result=error\tcode=usage");
        assertThat(ask("x".repeat(5000))).isEmpty();
        assertThat(spool.ledger).containsExactly("u1@a.test REMOVED");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sender=ann@s.test | 12",
                "sender=ANN@S.TEST | 12",
                "sender=@news.test | 3",
                "sender=<> | ",
                "sender=*@*.test | 123",
                "recipient=bob@a.test | 13",
                "recipient=*@b.test | 23",
                "destination=b.test | 23",
                "destination=a.test | 13",
                "transport=smtp | 123",
                "transport=local | ",
                "reason=GREYLIST | 13",
                "reason=refused | 2",
                "state=deferred | 13",
                "state=held | 2",
                "older=0 | 123",
                "older=3600 | 1",
                "younger=3600 | 23",
                "larger=1000 | 123",
                "smaller=1000 | ",
                "sender=ann@s.test\tdestination=b.test | 2"
            })
    void eachSelectorSelects(String fields, String expected) {
        spool.origin = Origin.OURSELVES;
        spool.put(sim.now().minusSeconds(7000), ANN, "bob@a.test");
        QueueId held = spool.put(sim.now(), ANN, "carl@b.test");
        put("list@news.test", "bob@a.test", "dora@b.test");
        serve(
                Map.of(
                        "b.test",
                        new Delivery(
                                new Outcome.Deferred(
                                        "4.2.0", "connection Refused", Outcome.About.RECIPIENT),
                                Delivery.NOBODY)));
        ask("hold\tid=" + held);
        ask("delete\tid=zzz"); // nothing
        String listed = ask("list\t" + fields.replace("\\t", "\t"));
        StringBuilder found = new StringBuilder();
        listed.lines()
                .filter(line -> line.startsWith("id="))
                .forEach(
                        line ->
                                found.append(
                                        QueueId.parse(line.substring(3, line.indexOf('\t')))
                                                        .orElseThrow()
                                                        .value()
                                                - 999));
        // of the two recipients of the third message one was refused too: any that fits is enough
        String wanted = expected == null ? "" : expected.strip();
        assertThat(found.toString())
                .as(listed)
                .isEqualTo(fields.equals("reason=refused") ? "23" : wanted);
    }

    @Test
    void massActionsAreCountedFirstAndThenDone() {
        QueueId first = put("ann@s.test", "bob@a.test");
        put("list@news.test", "bob@a.test");
        QueueId third = put("list@news.test", "carl@b.test");
        serve(Map.of());
        assertThat(ask("hold\tsender=@news.test\tdryrun=1")).isEqualTo("result=ok\tcount=2\n.\n");
        assertThat(ask("list\tstate=held")).startsWith("result=ok\tcount=0");
        assertThat(ask("hold\tsender=@news.test")).isEqualTo("result=ok\tcount=2\n.\n");
        assertThat(ask("list\tstate=held")).endsWith("result=ok\tcount=2\n.\n");
        assertThat(ask("show\tid=" + third)).contains("address=carl@b.test\tstate=held");
        assertThat(ask("release\tid=" + third)).isEqualTo("result=ok\tcount=1\n.\n");
        assertThat(ask("requeue\tid=" + first)).isEqualTo("result=ok\tcount=1\n.\n");
        assertThat(ask("list\tid=" + first)).contains("\tattempts=1\t");
        assertThat(ask("delete\tdestination=a.test")).isEqualTo("result=ok\tcount=2\n.\n");
        assertThat(spool.ledger).containsExactly("bob@a.test REMOVED", "bob@a.test REMOVED");
    }

    @Test
    void expireTellsTheSenderAndIsDurableBeforeItIsAnswered() {
        QueueId id = put("ann@s.test", "bob@a.test");
        QueueId held = put("ann@s.test", "carl@b.test");
        serve(Map.of("s.test", Stage.SENT));
        ask("hold\tid=" + held);
        assertThat(ask("expire\tolder=0")).isEqualTo("result=ok\tcount=2\n.\n");
        assertThat(spool.ledger)
                .contains("bob@a.test EXPIRED", "carl@b.test EXPIRED", "ann@s.test DELIVERED");
        assertThat(ask("history\tid=" + id))
                .contains("event=attempt\taddress=bob@a.test\tstate=waiting\tattempts=1")
                .contains("\trelay=mx.a.test[192.0.2.1]:25\ttls=TLSv1.3\treason=4.2.1 greylisted")
                .contains("event=change\taddress=bob@a.test\tstate=expired")
                .contains(
                        "event=rule\taddress=bob@a.test\trule=transport\tvalue=smtp:a.test\torigin=routes:7")
                .contains("event=notice\t")
                .contains("\tabout=failure\n")
                .contains("event=left\n");
    }

    /** All but one domain goes by a relay. */
    private record Relayed(Router others) implements Router {
        @Override
        public Route route(ReversePath sender, Mailbox recipient) {
            return recipient.domain().text().equals("direct.test")
                    ? others.route(sender, recipient)
                    : new Route.To("smtp", "[Relay.test]:25");
        }

        @Override
        public Admission admit(Mailbox recipient) {
            return others.admit(recipient);
        }

        @Override
        public Expansion expand(Mailbox recipient) {
            return others.expand(recipient);
        }
    }

    @Test
    void aFlushReachesWhatSleepsBehindARelay() {
        QueueId direct = put("ann@s.test", "bob@direct.test");
        QueueId relayed = put("ann@s.test", "bob@relayed.test");
        QueueId several = put("ann@s.test", "bob@other.test", "carl@relayed.test");
        serve(Map.of(), new Relayed(new Stage.ByDomain()), listener -> listener);
        assertThat(ask("flush\tdestination=RELAYED.test")).startsWith("result=ok\tcount=2\n");
        assertThat(ask("list\tid=" + relayed)).contains("\tattempts=2\t");
        assertThat(ask("list\tid=" + several)).contains("\tattempts=2\t");
        assertThat(ask("list\tid=" + direct)).contains("\tattempts=1\t");
        assertThat(ask("postern-front", "flush-destination\tdestination=other.test"))
                .isEqualTo("result=ok\tcount=1\n.\n");
        assertThat(ask("list\tid=" + several)).contains("\tattempts=3\t");
        assertThat(ask("postern-front", "flush-destination\tdestination=*.test"))
                .isEqualTo("result=ok\tcount=3\n.\n"); // RFC 1985 §5.3: all below a domain
        assertThat(ask("list\tid=" + direct)).contains("\tattempts=2\t");
        assertThat(ask("postern-front", "flush-destination\tdestination=*"))
                .startsWith("result=error\tcode=usage");
        assertThat(ask("postern-front", "flush-destination\tdestination=*.*t"))
                .startsWith("result=error\tcode=usage");
        assertThat(ask("flush\tdestination=[relay.test]:25")).startsWith("result=ok\tcount=2\n");
        assertThat(ask("list\tid=" + relayed)).contains("\tattempts=4\t");
        assertThat(ask("flush\tdestination=direct.test")).startsWith("result=ok\tcount=1\n");
        assertThat(ask("list\tid=" + direct)).contains("\tattempts=3\t");
        assertThat(ask("flush\tdestination=none.test")).startsWith("result=ok\tcount=0\n");
    }

    @Test
    void anOrderThatCannotBeRecordedIsAnErrorNotAPromise() {
        QueueId id = put("ann@s.test", "bob@a.test");
        serve(Map.of());
        spool.failRecords = 1;
        assertThat(ask("hold\tid=" + id))
                .startsWith("result=error\tcode=failed\ttext=not recorded");
    }

    @Test
    void everybodySeesTheirOwnAndNobodyElseTheRest() {
        spool.origin = new Origin("", "", "", "ESMTPA", "eve", "submission", true);
        QueueId eves = put("eve@s.test", "bob@a.test");
        spool.origin = new Origin("192.0.2.9", "", "x", "ESMTPA", "eve", "smtps", true);
        QueueId foreign = put("eve@s.test", "bob@a.test"); // a login of that name from elsewhere
        spool.origin = Origin.OURSELVES;
        put("ann@s.test", "bob@a.test");
        serve(Map.of());
        assertThat(ask("eve", "list")).contains("id=" + eves).endsWith("result=ok\tcount=1\n.\n");
        assertThat(ask("eve", "summary")).contains("\ttotal=1\t");
        assertThat(ask("eve", "history\tid=" + eves)).contains("event=taken");
        assertThat(ask("eve", "cat\tid=" + eves)).startsWith("result=ok");
        for (String verb : List.of("show", "history", "cat", "list")) {
            assertThat(ask("eve", verb + "\tid=" + foreign)).as(verb).startsWith("result=error");
        }
        for (String verb : List.of("hold", "release", "requeue", "expire", "delete", "flush")) {
            assertThat(ask("eve", verb + "\tid=" + eves))
                    .as(verb)
                    .startsWith("result=error\tcode=noperm");
            assertThat(ask("auditor", verb + "\tid=" + eves))
                    .as(verb)
                    .startsWith("result=error\tcode=noperm");
        }
        assertThat(ask("eve", "top")).startsWith("result=error\tcode=noperm");
        assertThat(ask("auditor", "list")).endsWith("result=ok\tcount=3\n.\n");
        assertThat(ask("auditor", "show\tid=" + foreign)).contains("client=[192.0.2.9]");
        assertThat(ask("auditor", "cat\tid=" + eves)).startsWith("result=error\tcode=noperm");
        assertThat(ask("postern-front", "list")).endsWith("result=ok\tcount=0\n.\n");
        assertThat(ask("", "list")).endsWith("result=ok\tcount=0\n.\n");
        assertThat(ask("postern-front", "flush-destination\tdestination=a.test"))
                .isEqualTo("result=ok\tcount=3\n.\n");
        assertThat(ask("eve", "flush-destination\tdestination=a.test"))
                .startsWith("result=error\tcode=noperm");
        assertThat(ask("postern-front", "flush-destination"))
                .startsWith("result=error\tcode=usage");
    }

    @Test
    void theSummaryHasTheAgesAndTheLastError() {
        Instant now = sim.now();
        for (int minutes : new int[] {0, 4, 7, 100, 5000}) {
            spool.put(now.minusSeconds(minutes * 60L), ANN, "bob@a.test", "eve@b.test");
        }
        serve(Map.of("b.test", Stage.DOWN, "s.test", Stage.SENT));
        String summary = ask("summary");
        assertThat(summary)
                .startsWith("destinations=2\ttotal=10\tages=4,2,0,0,0,2,0,0,0,2\t")
                .contains("destination=a.test\ttotal=5\tages=2,1,0,0,0,1,0,0,0,1\toldest=300")
                .contains("\treason=4.2.1 greylisted\n")
                .contains("destination=b.test\ttotal=5\tages=2,1,0,0,0,1,0,0,0,1")
                .contains("\treason=4.4.1 refused\n")
                .endsWith("result=ok\tcount=2\n.\n");
        assertThat(ask("summary\trecipient=eve@b.test\tlimit=1").lines()).hasSize(4);
        assertThat(ask("top"))
                .contains("destination=b.test\ttotal=5")
                .contains("\ttransport=smtp\tactive=0\twindow=")
                .contains("\tstate=");
    }

    @ParameterizedTest
    @CsvSource({
        "450 4.2.1 greylisted, 450 4.2.1 greylisted",
        "450 greylisted, 4.2.1 450 greylisted",
        "450 4.2.10 other, 4.2.1 450 4.2.10 other",
        "Connection refused, 4.2.1 Connection refused"
    })
    void theStatusOfAReplyIsSaidOnce(String said, String shown) {
        var later = new Outcome.Deferred("4.2.1", said, Outcome.About.RECIPIENT);
        QueueId id = put("ann@s.test", "bob@a.test");
        serve(Map.of("a.test", new Delivery(later, "mx.a.test[192.0.2.1]:25")));
        for (String verb : List.of("list", "show", "history", "summary", "summary\tid=" + id)) {
            String of = verb.startsWith("summary") ? verb : verb + "\tid=" + id;
            assertThat(ask(of)).contains("\treason=" + shown).doesNotContain("4.2.1 450 4.2.1 ");
        }
    }

    @Test
    void theSummaryOfADestinationCountsWhatGoesThereAlone() {
        put("ann@s.test", "bob@direct.test", "carl@relayed.test", "eve@relayed.test");
        put("ann@s.test", "dave@direct.test");
        serve(Map.of(), new Relayed(new Stage.ByDomain()), listener -> listener);
        for (String all : List.of("summary", "summary\tolder=0")) {
            assertThat(ask(all))
                    .startsWith("destinations=2\ttotal=4\t")
                    .contains("destination=[Relay.test]:25\ttotal=2\t")
                    .contains("destination=direct.test\ttotal=2\t");
        }
        for (String of : List.of("destination=relayed.test", "destination=[relay.test]:25")) {
            assertThat(ask("summary\t" + of))
                    .startsWith("destinations=1\ttotal=2\t")
                    .contains("destination=[Relay.test]:25\ttotal=2\t");
        }
        assertThat(ask("summary\trecipient=eve@*")).startsWith("destinations=1\ttotal=1\t");
    }

    /** A message that sleeps before one next hop is a few octets in memory; it may have many. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 30, 31, 32, 50, 120})
    void theSummaryCountsRecipientsOfWhatSleeps(int recipients) {
        String[] to = new String[recipients];
        Arrays.setAll(to, i -> "u" + i + "@a.test");
        QueueId id = put("ann@s.test", to);
        put("ann@s.test", "bob@b.test");
        serve(Map.of("b.test", Stage.SENT));
        String all = "destinations=1\ttotal=" + recipients + "\t";
        assertThat(ask("summary")).startsWith(all);
        assertThat(ask("summary\tid=" + id)).startsWith(all);
        ask("hold\tid=" + id);
        assertThat(ask("summary")).startsWith(all);
    }

    @Test
    void theOperatorIsAnsweredAgainWhenThereAreDescriptorsAgain() {
        serve(Map.of(), Exhausted::new);
        run(Duration.ofSeconds(20));
        assertThat(ask("list")).isEqualTo("result=ok\tcount=0\n.\n");
        assertThat(sim.log().stream().filter(line -> line.contains("Too many open files")))
                .hasSize(3);
    }

    /** A listener that cannot accept at first. */
    private static final class Exhausted implements Listener {
        private final Listener listener;
        private int failures = 3;

        Exhausted(Listener listener) {
            this.listener = listener;
        }

        @Override
        public Endpoint local() {
            return listener.local();
        }

        @Override
        public Peer accept() throws IOException {
            if (failures-- > 0) {
                throw new IOException("Too many open files");
            }
            return listener.accept();
        }

        @Override
        public void close() {
            listener.close();
        }
    }

    /** What a client reads until the server hangs up. */
    private String ask(String user, String request) {
        StringBuilder answer = new StringBuilder();
        SimProcess client = sim.process("client", user, new LyingDisk());
        client.start(
                "ask",
                () -> {
                    try (Peer peer = client.world().network().connect(AT, Duration.ofSeconds(1))) {
                        peer.write(
                                ByteBuffer.wrap((request + "\n").getBytes(StandardCharsets.UTF_8)));
                        byte[] buffer = new byte[500];
                        int n = peer.read(buffer, 0, buffer.length);
                        while (n >= 0) {
                            answer.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
                            n = peer.read(buffer, 0, buffer.length);
                        }
                    } catch (IOException hungUp) {
                        answer.append("");
                    }
                });
        run(Duration.ofSeconds(20));
        return answer.toString();
    }
}

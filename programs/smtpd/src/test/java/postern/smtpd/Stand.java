package postern.smtpd;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import postern.anvil.Anvil;
import postern.anvil.AnvilConfig;
import postern.base.Clock;
import postern.base.Endpoint;
import postern.base.Peer;
import postern.base.World;
import postern.config.Cidr;
import postern.config.Configuration;
import postern.config.Section;
import postern.config.Settings;
import postern.mail.Content;
import postern.mail.ContentStore;
import postern.mail.Domain;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Origin;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.mail.Terms;
import postern.smtpd.access.RuleConfig;
import postern.smtpd.access.Rules;
import postern.smtpd.triage.AddressList;
import postern.smtpd.triage.AddressLists;
import postern.smtpd.triage.KnownClients;
import postern.smtpd.triage.TriageConfig;
import postern.testkit.Dialogue;
import postern.testkit.FakeResolver;
import postern.testkit.LyingDisk;
import postern.testkit.PeerStage;
import postern.testkit.SimProcess;
import postern.testkit.SimWorld;
import postern.testkit.Weather;
import postern.tls.ClientTls;
import postern.tls.ServerTls;
import postern.wire.Reply;

/**
 * smtpd in a simulated world, with an intake that knows a few addresses: those of example.org are
 * ours, and {@code nobody} is the one that does not exist there.
 */
final class Stand implements Intake {
    private static final Endpoint TCP = new Endpoint.Tcp(SimWorld.address("192.0.2.1"), 25);
    private static final Endpoint UNIX = new Endpoint.Local(Path.of("/run/submit"));

    private static final List<Section> SURROUNDINGS =
            List.of(Limits.SECTION, TriageConfig.SECTION, AnvilConfig.SECTION);

    private static final List<Cidr> LOOPBACK = List.of(Cidr.parse("127.0.0.0/8").orElseThrow());
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Map<String, String> given;
    private final SimWorld sim = new SimWorld(1);
    private final List<String> queue = new ArrayList<>();
    private final List<String> asked = new ArrayList<>();
    private final SimProcess server;
    private final SimProcess client;
    private final ListenerConfig listener;
    private final ContentStore store;
    private final Smtpd smtpd;
    private final Policy smtpdPolicy;

    Stand(Map<String, String> given) {
        this.given = given;
        sim.network().weather(Weather.INDOORS);
        LyingDisk disk = new LyingDisk();
        server = sim.process("smtpd", "postern", disk);
        String host = given.getOrDefault("client", "198.51.100.7");
        client = sim.process("client", "ann", SimWorld.address(host), new LyingDisk());
        ListenerConfig.Kind kind =
                ListenerConfig.Kind.valueOf(given.getOrDefault("listener", "SMTP"));
        Endpoint at = kind == ListenerConfig.Kind.SOCKET ? UNIX : TCP;
        listener =
                new ListenerConfig(
                        kind.name().toLowerCase(Locale.ROOT),
                        kind,
                        at,
                        ListenerConfig.StartTls.valueOf(given.getOrDefault("starttls", "OFFER")),
                        ListenerConfig.Auth.valueOf(
                                given.getOrDefault("auth", ListenerConfig.Auth.of(kind).name())),
                        Cidr.parse(given.getOrDefault("balancer", "203.0.113.255")).stream()
                                .toList());
        store = new ContentStore(server.world().disk(), Path.of("/"), 4096, 8192);
        smtpdPolicy = policy();
        smtpd = new Smtpd(server.world(), config(), smtpdPolicy, store, this);
    }

    /** Bounds may be lower here than the operator may set them. */
    private SmtpdConfig config() {
        SmtpdConfig defaults = stated();
        SmtpdConfig.Bounds is = defaults.bounds();
        SmtpdConfig.Bounds bounds =
                new SmtpdConfig.Bounds(
                        number("size", is.messageOctets()),
                        number("header", is.headerOctets()),
                        (int) number("hops", is.hops()),
                        (int) number("recipients", is.recipients()),
                        (int) number("sessions", is.sessions()),
                        (int) number("sessions_per_client", is.sessionsPerClient()),
                        is.softErrors(),
                        is.hardErrors(),
                        (int) number("junk", is.junkCommands()),
                        is.commandLimit(),
                        is.sessionLimit());
        return new SmtpdConfig(
                defaults.hostname(),
                defaults.origin(),
                defaults.trusted(),
                defaults.proxies(),
                defaults.forwarders(),
                defaults.wakers(),
                defaults.verpClients(),
                defaults.strictEnvelope(),
                defaults.services(),
                defaults.tls(),
                bounds,
                List.of(listener));
    }

    /** Rules are postern.toml's, {@code given rules = FILE}, in the folder of the scripts. */
    private Policy policy() {
        String file = given.getOrDefault("rules", "");
        Rules rules = Rules.NONE;
        if (!file.isEmpty()) {
            rules = rules(DialogueTest.SCRIPTS.resolve(file));
        }
        return policy(
                rules,
                server.world(),
                settings(),
                (int)
                        number(
                                "sessions_per_client",
                                SmtpdConfig.defaults("", List.of()).bounds().sessionsPerClient()),
                tls(),
                Passwords.logins(given, server.world()));
    }

    /** {@code given SECTION.key = value}, for the sections of what surrounds smtpd. */
    private Settings settings() {
        StringBuilder toml = new StringBuilder();
        for (Section section : SURROUNDINGS) {
            toml.append('[').append(section.name()).append("]\n");
            given.forEach(
                    (key, value) -> {
                        if (key.startsWith(section.name() + ".")) {
                            toml.append(key.substring(section.name().length() + 1));
                            toml.append(" = ").append(value).append('\n');
                        }
                    });
        }
        return switch (Configuration.parse("given", toml.toString(), SURROUNDINGS)) {
            case Configuration.Result.Loaded(Settings settings) -> settings;
            case Configuration.Result.Broken broken -> throw new AssertionError(broken);
        };
    }

    /** Without rules. */
    static Policy policy(World world) {
        return policy(Rules.NONE, world, Settings.defaults(), 50, null, Logins.NONE);
    }

    private static Policy policy(
            Rules rules,
            World world,
            Settings settings,
            int sessions,
            @Nullable ServerTls tls,
            Logins logins) {
        TriageConfig triage = TriageConfig.read(settings);
        KnownClients known = new KnownClients(world, triage, Path.of("/"));
        FakeResolver names = resolver();
        return new Policy(
                rules,
                names,
                new AddressLists(
                        world.tasks(),
                        names,
                        List.of(
                                new AddressList("bad.test", 2, LOOPBACK),
                                new AddressList("worse.test", 3, LOOPBACK),
                                new AddressList("good.test", -4, LOOPBACK))),
                new Counting(world.clock(), new Anvil(AnvilConfig.read(settings, sessions))),
                triage,
                known,
                Limits.read(settings),
                tls,
                logins);
    }

    /** 198.51.100.7 has a true name, 198.51.100.8 claims one that is not its own, .9 is listed. */
    private static FakeResolver resolver() {
        return new FakeResolver()
                .names("198.51.100.7", "client.example.net")
                .host("client.example.net", "198.51.100.7")
                .names("198.51.100.8", "client.example.net")
                .host("9.100.51.198.bad.test", "127.0.0.2")
                .host("9.100.51.198.worse.test", "127.0.0.4")
                .host("10.100.51.198.worse.test", "127.0.0.4")
                .host("10.100.51.198.good.test", "127.0.0.2")
                .host("11.100.51.198.bad.test", "192.0.2.1")
                .host("example.net", "192.0.2.80")
                .mx("has-mx.test", 10, "mx.example.net")
                .silent("silent.test");
    }

    private static Rules rules(Path file) {
        try {
            return switch (Configuration.parse(
                    "postern.toml",
                    Files.readString(file),
                    List.of(RuleConfig.SECTION),
                    List.of(RuleConfig::check))) {
                case Configuration.Result.Loaded(Settings settings) -> RuleConfig.read(settings);
                case Configuration.Result.Broken(var problems) ->
                        throw new AssertionError(problems);
            };
        } catch (IOException unreadable) {
            throw new AssertionError(unreadable);
        }
    }

    private static Peer secured(Peer plain) throws IOException {
        return new ClientTls()
                .start(plain, ClientTls.Proposal.usual("mx.example.org", 25, true), LIMIT);
    }

    /** {@code given certificate = yes}. */
    private @Nullable ServerTls tls() {
        if (!given.containsKey("certificate")) {
            return null;
        }
        boolean ask = given.containsKey("smtpd.client_certificates");
        return ServerTls.of(List.of(TestCertificates.MX), ask, "");
    }

    private long number(String key, long byDefault) {
        String value = given.get(key);
        return value == null ? byDefault : Long.parseLong(value);
    }

    /** {@code given smtpd.key = value} is that key of {@code [smtpd]}, as TOML has it. */
    private SmtpdConfig stated() {
        String toml =
                given.entrySet().stream()
                        .filter(each -> each.getKey().matches("smtpd\\.[a-z_]+"))
                        .map(each -> each.getKey().substring(6) + " = " + each.getValue() + "\n")
                        .collect(Collectors.joining("", "[smtpd]\n", ""));
        List<Section> sections = List.of(SmtpdConfig.SECTION, SmtpdConfig.LISTENERS);
        return switch (Configuration.parse("given", toml, sections)) {
            case Configuration.Result.Loaded(Settings settings) ->
                    SmtpdConfig.read(settings, "mx.example.org").withListeners(List.of(listener));
            case Configuration.Result.Broken broken -> throw new AssertionError(broken);
        };
    }

    /** What the client's task does. */
    interface Play {
        void on(Peer peer) throws IOException;
    }

    SimWorld sim() {
        return sim;
    }

    Smtpd smtpd() {
        return smtpd;
    }

    /** The client is found to be good. */
    void befriend(String address) {
        smtpdPolicy.known().found(SimWorld.address(address));
    }

    Clock clock() {
        return client.world().clock();
    }

    /** Another connection, from within a play. */
    Peer another() throws IOException {
        return client.world().network().connect(listener.at(), Duration.ofSeconds(9));
    }

    List<String> queue() {
        return queue;
    }

    List<String> asked() {
        return asked;
    }

    /** Plays the dialogue on a connection of its own. */
    void play(Dialogue dialogue, int cut) {
        connect(
                peer -> {
                    var stage =
                            new PeerStage(peer, client.world().clock(), cut, sim::log, () -> queue)
                                    .withTls(Stand::secured);
                    dialogue.play(stage);
                });
    }

    /** Connects, and runs the world until the client is done and the session over. */
    void connect(Play play) {
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        server.start(
                "main",
                () -> {
                    try {
                        Passwords.serve(given, server.world());
                        smtpd.start(listener, server.world().network().listen(listener.at()));
                    } catch (IOException taken) {
                        failure.set(taken);
                    }
                });
        client.start(
                "main",
                () -> {
                    try {
                        client.world().clock().sleep(Duration.ofSeconds(1));
                        Peer peer =
                                client.world()
                                        .network()
                                        .connect(listener.at(), Duration.ofSeconds(9));
                        try (peer) {
                            play.on(peer);
                        }
                    } catch (IOException | AssertionError | RuntimeException failed) {
                        boolean _ = failure.compareAndSet(null, failed);
                    }
                });
        SimWorld.End unused = sim.run(Duration.ofHours(9));
        Throwable failed = failure.get();
        if (failed != null) {
            throw new AssertionError(
                    failed.getMessage() + "\n" + String.join("\n", sim.log()), failed);
        }
        if (!sim.panics().isEmpty()) {
            throw new AssertionError(String.join("\n", sim.panics()));
        }
        if (smtpd.sessions() != 0) {
            throw new AssertionError("a session is left over");
        }
        if (store.residentOctetsLeft() != 8192) {
            throw new AssertionError("memory of a message was not given back");
        }
    }

    /** From the server's side: another task of it. */
    void later(Duration delay, Runnable action) {
        server.start(
                "later",
                () -> {
                    server.world().clock().sleep(delay);
                    action.run();
                });
    }

    @Override
    public List<Reply> submit(
            Origin origin,
            ReversePath sender,
            MailOptions options,
            List<Recipient> recipients,
            Content content,
            String held)
            throws IOException {
        byte[] octets = new byte[(int) content.octets()];
        int length = 0;
        while (length < octets.length) {
            length += content.read(length, octets, length, octets.length - length);
        }
        switch (given.getOrDefault("intake", "ok")) {
            case "lost" -> throw new IOException("intake is gone");
            case "full" -> {
                return all(recipients, Reply.of(452, "4.3.1", "Insufficient system storage"));
            }
            case "mixed" -> {
                List<Reply> replies =
                        new ArrayList<>(all(recipients, Reply.of(250, "2.0.0", "Ok")));
                replies.set(0, Reply.of(550, "5.1.1", "gone"));
                return replies;
            }
            default -> {}
        }
        queue.add(
                "%s<%s> -> %s %s %s dots=%s login=%s helo=%s submission=%s%s%s: %s"
                        .formatted(
                                held.isEmpty() ? "" : "[" + held + "] ",
                                sender,
                                recipients.stream().map(Stand::shown).toList(),
                                origin.protocol(),
                                options.body(),
                                content.dotLines(),
                                origin.login(),
                                origin.helo(),
                                origin.submission(),
                                origin.tls().isEmpty() ? "" : " (" + origin.tls() + ")",
                                options.terms().equals(Terms.NONE) ? "" : " " + options.terms(),
                                new String(octets, StandardCharsets.UTF_8)
                                        .replace("\r\n", "|")
                                        .replace("\r", "\\r")
                                        .replace("\n", "\\n")
                                        .replace("\0", "\\0")));
        return all(recipients, Reply.of(250, "2.0.0", "Ok: queued as 4XYZ"));
    }

    private static String shown(Recipient recipient) {
        return recipient.mailbox()
                + (recipient.wanted().stated() ? " " + recipient.wanted().text() : "")
                + (recipient.original().isEmpty() ? "" : " " + recipient.original());
    }

    private static List<Reply> all(List<Recipient> recipients, Reply reply) {
        return recipients.stream().map(_ -> reply).toList();
    }

    @Override
    public long wake(Domain domain, boolean below) throws IOException {
        return switch (domain.text()) {
            case "example.org" -> below ? 5 : 3;
            case "empty.example.org" -> 0;
            case "none.example.org" -> -1;
            default -> throw new IOException("nobody answers");
        };
    }

    @Override
    public Reply verify(Mailbox recipient) throws IOException {
        asked.add(recipient.toString());
        if (recipient.localPart().equals("unanswered")) {
            throw new IOException("nobody answers");
        }
        if (!recipient.domain().text().endsWith("example.org")) {
            boolean table = recipient.domain().text().equals("listed.example");
            return table && recipient.localPart().equals("gone")
                    ? Reply.of(550, "5.1.6", "User has moved to new@listed.example")
                    : Reply.of(252, table ? "2.1.5" : "2.0.0", "not ours");
        }
        if (recipient.localPart().equals("later")) {
            return Reply.of(450, "4.4.1", "on holiday");
        }
        return recipient.localPart().equals("nobody")
                ? Reply.of(550, "5.1.1", "unknown user")
                : Reply.of(250, "2.1.5", "known");
    }
}

package postern.smtpd;

import java.util.List;
import java.util.Optional;
import postern.base.Endpoint;
import postern.base.World;
import postern.config.Settings;
import postern.fuzz.Finding;
import postern.fuzz.Stores;
import postern.mail.Content;
import postern.mail.ContentStore;
import postern.mail.Domain;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Origin;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.smtpd.access.Rules;
import postern.smtpd.triage.AddressLists;
import postern.smtpd.triage.KnownClients;
import postern.smtpd.triage.TriageConfig;
import postern.testkit.FakeResolver;
import postern.testkit.FrozenClock;
import postern.testkit.ScriptPeer;
import postern.testkit.SimWorld;
import postern.wire.Reply;

/** A live session: any octets, cut anyhow, get replies that are replies, and cost no memory. */
public final class SessionTarget {
    private static final Endpoint REMOTE = new Endpoint.Tcp(SimWorld.address("127.0.0.1"), 1025);
    private static final World WORLD = world();

    private SessionTarget() {}

    /** The first octet says how it is cut, and of what kind the listener is. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        int how = input[0] & 0xff;
        ListenerConfig.Kind kind =
                (how & 1) == 0 ? ListenerConfig.Kind.SMTP : ListenerConfig.Kind.LMTP;
        byte[] said = new byte[input.length - 1];
        System.arraycopy(input, 1, said, 0, said.length);
        ScriptPeer peer = new ScriptPeer(REMOTE, said, 1 + (how >> 1));
        ContentStore store = Stores.store();
        var listener = new ListenerConfig("smtp", kind, REMOTE);
        Premises premises = premises(store, listener);
        new Session(premises, listener, peer, Client.of(REMOTE, premises.config().trusted()))
                .converse();
        Stores.checkEmpty(store);
        check(peer.output());
    }

    private static void check(String output) {
        Finding.unless(output.isEmpty() || output.endsWith("\r\n"), "an unfinished reply");
        String before = "";
        for (String line : output.lines().toList()) {
            Finding.unless(line.matches("[2345][0-9][0-9]([ -].*)?"), "no reply: " + line);
            boolean goesOn = before.length() > 3 && before.charAt(3) == '-';
            Finding.unless(
                    !goesOn || line.startsWith(before.substring(0, 3)), "codes differ: " + line);
            before = line;
        }
    }

    private static Premises premises(ContentStore store, ListenerConfig listener) {
        Settings settings = Settings.defaults();
        Policy policy =
                new Policy(
                        Rules.NONE,
                        new FakeResolver(),
                        new AddressLists(WORLD.tasks(), new FakeResolver(), List.of()),
                        Meter.NONE,
                        TriageConfig.read(settings),
                        new KnownClients(
                                WORLD, TriageConfig.read(settings), java.nio.file.Path.of("/")),
                        Limits.read(settings),
                        null,
                        Logins.NONE);
        return Premises.of(
                WORLD,
                SmtpdConfig.defaults("mx.example.org", List.of(listener)),
                store,
                new Taker(),
                policy,
                new Pressure(),
                () -> false);
    }

    /** In which no time passes. */
    private static World world() {
        World real = Stores.WORLD;
        return new World(
                new FrozenClock(),
                real.disk(),
                real.network(),
                real.tasks(),
                real.random(),
                (_, _) -> {});
    }

    private static final class Taker implements Intake {
        @Override
        public List<Reply> submit(
                Origin origin,
                ReversePath sender,
                MailOptions options,
                List<Recipient> recipients,
                Content content,
                String held) {
            try {
                boolean binary = options.body() == MailOptions.Body.BINARY_MIME;
                Finding.unless(
                        binary || !Stores.bare(Stores.octets(content)), "something stands alone");
            } catch (java.io.IOException unread) {
                throw new AssertionError(unread);
            }
            Finding.unless(!recipients.isEmpty(), "a message for nobody");
            return recipients.stream().map(_ -> Reply.of(250, "2.0.0", "Ok")).toList();
        }

        @Override
        public long wake(Domain domain, boolean below) {
            return 0;
        }

        @Override
        public Reply verify(Mailbox recipient) {
            return Optional.of(recipient.localPart())
                    .filter("nobody"::equals)
                    .map(_ -> Reply.of(550, "5.1.1", "unknown"))
                    .orElse(Reply.of(250, "2.1.5", "known"));
        }
    }
}

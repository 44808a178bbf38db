package postern.smtp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ProtocolException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import postern.base.Bug;
import postern.base.Endpoint;
import postern.base.LogLine;
import postern.base.Peer;
import postern.base.TimedOut;
import postern.base.World;
import postern.dns.HostPlan.Target;
import postern.mail.Delivery;
import postern.mail.Outcome;
import postern.mail.QueueId;
import postern.smtp.tls.Judgement;
import postern.smtp.tls.TlsPolicy;
import postern.smtp.tls.TlsResult;
import postern.wire.Reply;

/** Opens connections, up to where MAIL can be said: connect, greeting, EHLO, STARTTLS. Any task. */
final class Dialer {
    /** How it ended. */
    sealed interface Opened {
        record Ready(Connection connection) implements Opened {}

        /**
         * @param reached whether somebody answered at all
         */
        record Failed(Outcome outcome, boolean reached) implements Opened {}

        /**
         * The host does not have what the policy wants, and that is not for want of an answer.
         *
         * @param relay who it was; nobody where no connection was made
         */
        record Unprotected(Outcome outcome, String relay) implements Opened {}
    }

    /** The handshake failed; the peer is of no further use, but clear text may do. */
    private static final class TlsFailed extends IOException {
        private static final long serialVersionUID = 1;

        TlsFailed(IOException why) {
            super(why instanceof TimedOut ? "timed out" : why.getMessage(), why);
        }
    }

    private static final int SMTP_PORT = 25;

    private final World world;
    private final SmtpConfig config;
    private final Outwards outwards;
    private final SaslLogin sasl;

    Dialer(World world, SmtpConfig config, Outwards outwards, SaslMeans sasl) {
        this.world = world;
        this.config = config;
        this.sasl = new SaslLogin(config, sasl);
        this.outwards = outwards;
    }

    /**
     * @param credentials who we are to it
     */
    Opened open(Target target, TlsPolicy policy, QueueId id, Credentials credentials) {
        if (policy instanceof TlsPolicy.Barred(Outcome outcome, var failure, var basis)) {
            outwards.tell(basis, target, "", failure);
            return outcome instanceof Outcome.Bounced
                    ? new Opened.Unprotected(outcome, Delivery.NOBODY)
                    : new Opened.Failed(outcome, false);
        }
        boolean clear = policy instanceof TlsPolicy.Clear;
        if (clear && config.tls().wrapper() && target.endpoint() instanceof Endpoint.Tcp) {
            return new Opened.Failed(
                    Verdicts.contradiction(
                            "tls_wrapper wants TLS, and the policy forbids it: "
                                    + policy.basis().reason()),
                    false);
        }
        try {
            return open(target, policy, policy, credentials);
        } catch (TlsFailed failed) {
            if (policy instanceof TlsPolicy.Encrypted encrypted && !clearAllowed(encrypted)) {
                return new Opened.Failed(
                        Verdicts.unprotected(
                                "TLS with "
                                        + target.text()
                                        + " failed: "
                                        + failed.getMessage()
                                        + " ("
                                        + policy.basis().reason()
                                        + ")"),
                        true);
            }
            world.log()
                    .info(
                            LogLine.about(id.text())
                                    .with("relay", target.text())
                                    .say("TLS failed: " + failed.getMessage() + "; clear text"));
        }
        try { // RFC 7435 §3: rather clear text than nothing
            return open(target, policy, new TlsPolicy.Clear(policy.basis()), credentials);
        } catch (TlsFailed impossible) {
            throw new Bug("no TLS was asked for", impossible);
        }
    }

    /**
     * @param policy what the connection is for
     * @param tried what is tried of it now
     */
    private Opened open(Target target, TlsPolicy policy, TlsPolicy tried, Credentials credentials)
            throws TlsFailed {
        Peer peer;
        try {
            peer = connect(target);
        } catch (IOException failed) {
            return new Opened.Failed(Verdicts.unreachable(target, failed), false);
        }
        try {
            Connection plain = connection(target, policy, peer, Connection.Seal.NONE);
            Opened opened =
                    config.tls().wrapper() && tried instanceof TlsPolicy.Encrypted wanted
                            ? wrap(plain, wanted, credentials)
                            : introduce(plain, tried, credentials);
            if (!(opened instanceof Opened.Ready)) {
                peer.close();
            }
            return opened;
        } catch (TlsFailed failed) {
            peer.close();
            throw failed;
        }
    }

    private Peer connect(Target target) throws IOException {
        if (target.endpoint() instanceof Endpoint.Tcp(InetAddress address, _)) {
            for (InetAddress source : config.finding().sources()) {
                if (source.getAddress().length == address.getAddress().length) { // the same kind
                    return world.network()
                            .connect(target.endpoint(), source, config.timeouts().connect());
                }
            }
        }
        return world.network().connect(target.endpoint(), config.timeouts().connect());
    }

    private Opened introduce(Connection plain, TlsPolicy tried, Credentials credentials)
            throws TlsFailed {
        Connection connection = plain;
        try {
            Opened opened = greeted(connection, tried);
            if (!(opened instanceof Opened.Ready(Connection ready))) {
                return opened;
            }
            connection = ready; // under TLS another
            return authenticated(ready, credentials);
        } catch (TlsFailed failed) {
            throw failed;
        } catch (Connection.HangingUp hangingUp) {
            Step step = connection.step();
            return new Opened.Failed(
                    step == Step.GREETING
                            ? Verdicts.greeting(connection.target(), hangingUp.reply())
                            : Verdicts.host(connection.target(), hangingUp.reply(), step),
                    true);
        } catch (IOException lost) {
            return new Opened.Failed(
                    Verdicts.lost(connection.target(), connection.step(), lost), true);
        }
    }

    /** Where TLS comes before any word there is no clear text to turn to. */
    private boolean clearAllowed(TlsPolicy.Encrypted wanted) {
        return wanted.clearAllowed() && !config.tls().wrapper();
    }

    /** TLS before the greeting: RFC 8314 §3. */
    private Opened wrap(Connection plain, TlsPolicy.Encrypted wanted, Credentials credentials)
            throws TlsFailed {
        Outwards.Sealed sealed = seal(plain, wanted);
        return sealed.judgement() instanceof Judgement.Refused(_, String why)
                        && !wanted.clearAllowed()
                ? unverified(plain.target(), sealed, why, wanted)
                : introduce(
                        connection(plain.target(), plain.policy(), sealed.peer(), sealed.seal()),
                        new TlsPolicy.Clear(wanted.basis()), // nothing more is asked for
                        credentials);
    }

    private Opened authenticated(Connection ready, Credentials credentials) throws IOException {
        Optional<Outcome> failure = sasl.failure(ready, credentials);
        if (failure.isPresent()) {
            ready.quit();
            return new Opened.Failed(failure.get(), true);
        }
        ready.authenticated(credentials);
        return new Opened.Ready(ready);
    }

    private Connection connection(
            Target target, TlsPolicy policy, Peer peer, Connection.Seal seal) {
        return new Connection(target, policy, peer, config.timeouts().block(), world.clock(), seal);
    }

    private Opened greeted(Connection connection, TlsPolicy tried) throws IOException {
        Reply greeting = connection.reply(Step.GREETING, config.timeouts().greeting());
        if (!greeting.positive()) {
            return new Opened.Failed(Verdicts.greeting(connection.target(), greeting), true);
        }
        Opened opened = ehlo(connection);
        if (!(tried instanceof TlsPolicy.Encrypted wanted)) {
            return opened;
        }
        return switch (opened) {
            case Opened.Ready _ -> startTls(connection, wanted);
            case Opened.Failed(Outcome.Bounced never, boolean reached)
                    when !wanted.clearAllowed() ->
                    new Opened.Failed(Verdicts.beforeTls(never), reached);
            case Opened.Failed _, Opened.Unprotected _ -> opened;
        };
    }

    private Opened ehlo(Connection connection) throws IOException {
        boolean lmtp = config.kind() == SmtpConfig.Kind.LMTP;
        Reply reply =
                lmtp // RFC 2033 §4.1
                        ? connection.ask(
                                Step.LHLO, "LHLO " + config.helo(), config.timeouts().ehlo())
                        : connection.ask(
                                Step.EHLO, "EHLO " + config.helo(), config.timeouts().ehlo());
        if (reply.permanentFailure() && !lmtp) { // RFC 5321 §3.2
            reply = connection.ask(Step.HELO, "HELO " + config.helo(), config.timeouts().ehlo());
        }
        if (!reply.positive()) {
            return new Opened.Failed(
                    Verdicts.host(connection.target(), reply, connection.step()), true);
        }
        if (ourselves(connection.target(), reply)) {
            return new Opened.Failed(
                    new Outcome.Bounced(
                            "5.4.6",
                            "mail loops back to this host by " + connection.target().text()),
                    true);
        }
        connection.extensions(
                connection.step() == Step.HELO ? Extensions.NONE : Extensions.parse(reply));
        return new Opened.Ready(connection);
    }

    /** Whether the host bears a name of ours. Other ports are for programs behind one another. */
    private boolean ourselves(Target target, Reply ehlo) {
        List<String> lines = ehlo.lines();
        String first = lines.getFirst();
        int space = first.indexOf(' ');
        String name = space < 0 ? first : first.substring(0, space);
        return target.port() == SMTP_PORT
                && config.kind() == SmtpConfig.Kind.SMTP
                && config.finding().ownNames().contains(name.toLowerCase(Locale.ROOT));
    }

    private Opened startTls(Connection connection, TlsPolicy.Encrypted wanted) throws IOException {
        Target target = connection.target();
        if (!connection.extensions().offers("STARTTLS")) {
            return without(connection, wanted, "TLS is not offered by " + target.text());
        }
        Reply reply = connection.ask(Step.STARTTLS, "STARTTLS", config.timeouts().ehlo());
        if (!reply.positive()) { // RFC 3207 §4.1: the session goes on
            String why = target.text() + " refuses to start TLS: " + reply;
            Opened opened = without(connection, wanted, why);
            return opened instanceof Opened.Unprotected(Outcome outcome, _)
                            && reply.transientFailure()
                    ? new Opened.Failed(outcome, true)
                    : opened;
        }
        if (connection.ahead()) { // RFC 3207 §4.2: somebody put words in before the handshake
            throw new ProtocolException("data behind the reply to STARTTLS");
        }
        Outwards.Sealed sealed = seal(connection, wanted);
        if (sealed.judgement() instanceof Judgement.Refused(_, String why)
                && !wanted.clearAllowed()) {
            return unverified(target, sealed, why, wanted);
        }
        try { // RFC 3207 §4.2: all said before is forgotten
            return ehlo(connection(target, connection.policy(), sealed.peer(), sealed.seal()));
        } catch (Connection.HangingUp hangingUp) {
            throw hangingUp;
        } catch (IOException lost) { // a handshake that nothing comes of is a failed one
            throw new TlsFailed(lost);
        }
    }

    private Outwards.Sealed seal(Connection connection, TlsPolicy.Encrypted wanted)
            throws TlsFailed {
        try {
            return outwards.seal(connection, wanted);
        } catch (IOException failed) {
            throw new TlsFailed(failed);
        }
    }

    private static Opened unverified(
            Target target, Outwards.Sealed sealed, String why, TlsPolicy.Encrypted wanted) {
        sealed.peer().close();
        return new Opened.Unprotected(
                Verdicts.unprotected(
                        "server certificate of "
                                + target.text()
                                + " not verified: "
                                + why
                                + " ("
                                + wanted.basis().reason()
                                + ")"),
                target.text());
    }

    /** There is no TLS to be had from the host. */
    private Opened without(Connection connection, TlsPolicy.Encrypted wanted, String why) {
        outwards.tell(
                wanted.basis(),
                connection.target(),
                connection.peer(),
                new TlsResult.Failure(TlsResult.Type.STARTTLS_NOT_SUPPORTED, why));
        if (wanted.clearAllowed()) {
            return new Opened.Ready(connection);
        }
        return new Opened.Unprotected(
                Verdicts.notOffered(why + " (" + wanted.basis().reason() + ")"),
                connection.target().text());
    }
}

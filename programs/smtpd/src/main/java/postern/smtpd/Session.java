package postern.smtpd;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import postern.base.Peer;
import postern.base.TimedOut;
import postern.mail.Recipient;
import postern.smtpd.Counts.Verb;
import postern.smtpd.triage.AddressLists;
import postern.wire.CommandLength;
import postern.wire.CommandParser;
import postern.wire.PeerReader;
import postern.wire.SmtpCommand;

/**
 * One SMTP session: RFC 5321 §3. One thread only, but for {@link #drain}.
 *
 * <p>Clients must wait for certain replies (RFC 2920 §3.1: to EHLO, DATA; and to everything as long
 * as PIPELINING was not offered). One that does not wait is hung up on: whatever it sent was not
 * meant to be read as we would read it.
 */
final class Session {
    /** Where a session is that another thread may wish to end. */
    private enum Presence {
        BUSY,
        /**
         * It waits for a command outside of a transaction, and everything was replied to; or to be
         * greeted.
         */
        IDLE,
        DRAINED
    }

    private static final Duration LINGER = Duration.ofSeconds(1);
    private static final int LINGER_OCTETS_MAX = 256 * 1024;

    private final Premises premises;
    private final SmtpdConfig config;
    private final ListenerConfig listener;
    private final Security security;
    private final Conversation conversation;
    private final Identity identity;
    private final Exchange exchange;
    private final Opening opening;
    private final AuthCommand auth;
    private final Envelope envelope;
    private final Reception reception;
    private final Requests requests;
    private final AtomicReference<Presence> presence = new AtomicReference<>(Presence.IDLE);
    private final long began;
    private final boolean stranger;
    private volatile long idleSince;

    Session(Premises premises, ListenerConfig listener, Peer peer, Client client) {
        this.premises = premises;
        this.config = premises.config();
        this.listener = listener;
        this.stranger =
                !client.trusted()
                        && !client.inet().map(premises.policy().known()::good).orElse(true);
        Limits limits = premises.policy().limits();
        this.conversation =
                new Conversation(
                        premises.world(),
                        peer,
                        () -> premises.pressure().of(config.bounds(), limits.stress(), stranger),
                        limits,
                        premises.lastWords());
        this.identity = new Identity(listener, client);
        this.security = new Security(premises, listener, identity, conversation);
        this.exchange = new Exchange(premises, identity, conversation);
        this.auth = new AuthCommand(exchange, security, listener);
        this.opening = new Opening(exchange, security, auth);
        this.envelope = new Envelope(exchange, security);
        this.reception = new Reception(exchange);
        this.requests = new Requests(exchange, security);
        this.began = premises.world().clock().nanoTime();
        this.idleSince = began;
    }

    /** From now on it is no longer idle; false where it was ended before it could be. */
    boolean begin() {
        return presence.compareAndSet(Presence.IDLE, Presence.BUSY);
    }

    /** Holds the whole session, once it has begun. */
    void converse() {
        String lost = "";
        try {
            if (!listener.implicitTls() || security.secure()) {
                opening.greet();
            }
            while (!conversation.over()) {
                step();
            }
            conversation.finish();
            if (conversation.reader().pending()) {
                linger();
            }
        } catch (TimedOut slow) {
            if (!conversation.over()) {
                lost = "timeout";
                lastWord(Replies.TIMED_OUT);
            }
        } catch (IOException gone) {
            lost = presence.get() == Presence.DRAINED ? "" : String.valueOf(gone.getMessage());
        } finally {
            exchange.endTransaction();
            premises.journal().disconnected(identity.client(), lost, conversation);
            conversation.peer().close(); // under TLS it says so
        }
    }

    /**
     * Ends the session if it is idle; one that is not ends by itself after its transaction. Any
     * thread.
     */
    void drain() {
        boolean _ = end(Replies.DRAINING);
    }

    /** Ends the session if it is idle, and says whether it was. Any thread. */
    private boolean end(Canned last) {
        if (!presence.compareAndSet(Presence.IDLE, Presence.DRAINED)) {
            return false;
        }
        lastWord(last);
        conversation.peer().close();
        return true;
    }

    /** Whether a stranger's session has been idle for so long, and may make room. Any thread. */
    boolean idle(long now, long nanos) {
        return stranger && presence.get() == Presence.IDLE && now - idleSince >= nanos;
    }

    /** Whether the client is trusted, or known to be good. */
    boolean established() {
        return !stranger;
    }

    /** Makes room for others, if it is still idle. Any thread. */
    boolean makeRoom() {
        return end(Replies.MAKE_ROOM);
    }

    /** What the triage found out. */
    void know(AddressLists.Score score) {
        exchange.gate().facts().know(score);
    }

    private void lastWord(Canned reply) {
        try {
            Canned named = premises.lastWords().named(reply);
            conversation.peer().write(ByteBuffer.wrap(named.octets()));
        } catch (IOException gone) {
            // it would only have been polite
        }
    }

    /** Closing over unread octets would reset the connection, and the last reply might be lost. */
    private void linger() throws IOException {
        Peer peer = conversation.peer();
        peer.expireAfter(LINGER);
        byte[] scrap = new byte[1024];
        int left = LINGER_OCTETS_MAX;
        while (left > 0) {
            int n = peer.read(scrap, 0, scrap.length);
            if (n < 0) {
                return;
            }
            left -= n;
        }
    }

    private void step() throws IOException {
        if (mustEnd(exchange.transaction().isPresent())) {
            return;
        }
        PeerReader.Line line = nextLine();
        if (!identity.pipelining()
                && !(line instanceof PeerReader.Line.End)
                && exchange.outOfStep()) {
            return;
        }
        switch (line) {
            case PeerReader.Line.Complete(byte[] octets) -> {
                CommandParser parser =
                        listener.submission() ? premises.submissionParser() : premises.parser();
                switch (parser.parse(octets)) {
                    case SmtpCommand.Parsed.Command(SmtpCommand command) -> perform(command);
                    case SmtpCommand.Parsed.Refused refused -> refuse(refused);
                }
            }
            case PeerReader.Line.BareNewline _ -> {
                conversation.command(Verb.UNKNOWN);
                conversation.reply(Replies.BARE_NEWLINE);
            }
            case PeerReader.Line.TooLong(byte[] start) -> {
                boolean asAuth = CommandLength.auth(start);
                conversation.command(asAuth ? Verb.AUTH : Verb.UNKNOWN);
                conversation.reply(asAuth ? Replies.AUTH_TOO_LONG : Replies.LINE_TOO_LONG);
            }
            case PeerReader.Line.End _ -> conversation.hangUp();
        }
    }

    /**
     * Between two messages; within one, which may be nearly done, only when twice the time is over.
     */
    private boolean mustEnd(boolean within) throws IOException {
        if (!within && premises.draining().getAsBoolean()) {
            conversation.hangUp(Replies.DRAINING);
            return true;
        }
        if (conversation.tooMany(within)) {
            conversation.hangUp(Replies.TOO_MANY_COMMANDS);
            return true;
        }
        long age = premises.world().clock().nanoTime() - began;
        long limit = config.bounds().sessionLimit().toNanos();
        if (age > (within ? 2 * limit : limit)) {
            conversation.hangUp(Replies.TOO_LONG_SESSION);
            return true;
        }
        return false;
    }

    private PeerReader.Line nextLine() throws IOException {
        if (conversation.linePending()) {
            return conversation.line();
        }
        conversation.flush();
        if (exchange.transaction().isPresent()) {
            return conversation.line();
        }
        idleSince = premises.world().clock().nanoTime();
        presence.set(Presence.IDLE);
        if (premises.draining().getAsBoolean()) {
            drain(); // whoever drains may have looked before we were idle
        }
        PeerReader.Line line = conversation.line();
        if (!presence.compareAndSet(Presence.IDLE, Presence.BUSY)) {
            throw new IOException("drained");
        }
        return line;
    }

    private void refuse(SmtpCommand.Parsed.Refused refused) throws IOException {
        conversation.command(Verb.of(refused.verb()));
        conversation.reply(
                security.bars(refused.verb()) ? Replies.TLS_FIRST.reply() : refused.reply());
        if (refused.verb().equals("unknown")) {
            conversation.flush(); // RFC 2920 §3.2
        }
        if (refused.verb().equals("bdat")) {
            // How much content follows is not known, so no octet that follows can be a command.
            conversation.hangUp();
        }
    }

    private void perform(SmtpCommand command) throws IOException {
        if (opening.barred() && !(command instanceof SmtpCommand.Quit)) {
            refuse(command, Replies.BARRED);
            return;
        }
        if (security.bars(command)) {
            refuse(command, Replies.TLS_FIRST);
            return;
        }
        switch (command) {
            case SmtpCommand.Mail mail -> envelope.mail(mail);
            case SmtpCommand.Rcpt(Recipient recipient) -> envelope.rcpt(recipient);
            case SmtpCommand.Data _ -> reception.data();
            case SmtpCommand.Bdat bdat -> reception.bdat(bdat);
            case SmtpCommand.Hello said -> opening.hello(said);
            case SmtpCommand.Rset _ -> {
                conversation.command(Verb.RSET);
                exchange.endTransaction();
                conversation.reply(Replies.OK);
            }
            case SmtpCommand.Quit _ -> {
                conversation.command(Verb.QUIT);
                conversation.hangUp(Replies.BYE);
            }
            case SmtpCommand.Noop _ -> answerAtOnce(Verb.NOOP, Replies.OK);
            case SmtpCommand.Help _ -> exchange.answer(Verb.OTHER, Replies.HELP);
            case SmtpCommand.Vrfy(String whom) -> vrfy(whom);
            case SmtpCommand.Expn _ -> answerAtOnce(Verb.OTHER, Replies.NOT_EXPANDED);
            case SmtpCommand.Auth asked -> auth.perform(asked);
            case SmtpCommand.Xclient(String attributes) -> opening.xclient(attributes);
            case SmtpCommand.StartTls _ -> opening.startTls();
            case SmtpCommand.Xforward(String attributes) -> requests.xforward(attributes);
            case SmtpCommand.Etrn(String node) -> requests.etrn(node);
            case SmtpCommand.Foreign _ -> {
                conversation.command(Verb.UNKNOWN);
                exchange.reject("CONNECT", Replies.FOREIGN.reply(), "");
                conversation.hangUp(Replies.FOREIGN);
            }
        }
    }

    /** RFC 3030 §2: content of a refused BDAT is no command. */
    private void refuse(SmtpCommand command, Canned reply) throws IOException {
        if (command instanceof SmtpCommand.Bdat(long octets, boolean _)) {
            conversation.command(Verb.BDAT);
            reception.swallow(octets);
        } else {
            conversation.command(Verb.OTHER);
        }
        conversation.reply(reply);
    }

    private void vrfy(String whom) throws IOException {
        conversation.command(Verb.VRFY);
        conversation.replyUnbound( // RFC 6531 §3.7.4.2
                premises.verified(whom, identity.mayRelay()));
        conversation.flush();
    }

    /** RFC 2920 §3.2: replies to NOOP, VRFY and EXPN do not wait for what follows. */
    private void answerAtOnce(Verb verb, Canned reply) throws IOException {
        exchange.answer(verb, reply);
        conversation.flush();
    }
}

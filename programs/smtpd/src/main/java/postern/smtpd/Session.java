package postern.smtpd;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import postern.base.Endpoint;
import postern.base.Peer;
import postern.base.TimedOut;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Origin;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.mail.Terms;
import postern.smtpd.Counts.Verb;
import postern.smtpd.access.Stage;
import postern.smtpd.triage.AddressLists;
import postern.wire.PeerReader;
import postern.wire.Reply;
import postern.wire.SmtpCommand;
import postern.wire.SmtpCommand.Greeting;

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
        /** It waits for a command outside of a transaction, and everything was replied to. */
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
    private final Gate gate;
    private final Reception reception;
    private final AtomicReference<Presence> presence = new AtomicReference<>(Presence.BUSY);
    private final long began;
    private Optional<Transaction> transaction = Optional.empty();
    private boolean barred; // by a greeting of 554
    private final boolean stranger;
    private volatile long idleSince;

    Session(Premises premises, ListenerConfig listener, Peer peer, Client client) {
        this.premises = premises;
        this.config = premises.config();
        this.listener = listener;
        boolean proxy =
                peer.remote() instanceof Endpoint.Tcp tcp
                        && Client.within(tcp.address(), config.proxies());
        this.stranger =
                !client.trusted()
                        && !client.inet().map(premises.policy().known()::good).orElse(true);
        Limits limits = premises.policy().limits();
        this.conversation =
                new Conversation(
                        premises.world(),
                        peer,
                        () -> premises.pressure().of(config.bounds(), limits.stress(), stranger),
                        limits.commands());
        this.identity = new Identity(listener, peer, client);
        this.security = new Security(premises, listener, identity, conversation, proxy);
        this.gate = new Gate(premises, identity, conversation);
        this.reception = new Reception(premises, identity, conversation, gate);
        this.began = premises.world().clock().nanoTime();
    }

    /** Holds the whole session. */
    void converse() {
        String lost = "";
        try {
            if (!listener.implicitTls() || security.secure()) {
                greet();
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
            transaction.ifPresent(Transaction::drop);
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
        gate.facts().know(score);
    }

    private void lastWord(Canned reply) {
        try {
            conversation.peer().write(ByteBuffer.wrap(reply.octets()));
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

    private Optional<String> tooMuch(Meter.What what) {
        return premises.policy()
                .meter()
                .count(
                        what,
                        identity.client().inet(),
                        identity.authentication().login().orElse(""),
                        identity.client().trusted());
    }

    private void greet() throws IOException {
        Optional<Reply> refusal = gate.ask(Stage.CONNECT, Optional.empty(), Optional.empty());
        if (refusal.isEmpty()) {
            barred = false;
            conversation.reply(premises.greeting());
        } else if (refusal.get().code() == 554) {
            barred = true; // RFC 5321 §3.1: it waits for QUIT, and answers 503 to all else
            conversation.greet(refusal.get());
        } else {
            conversation.greet(refusal.get());
            conversation.hangUp(); // RFC 7504 §3
        }
    }

    /** Whether a rule refuses; the client is told already. */
    private boolean refused(Stage stage, Optional<Mailbox> recipient) throws IOException {
        Optional<Reply> refusal = gate.ask(stage, transaction, recipient);
        if (refusal.isEmpty()) {
            return false;
        }
        tell(refusal.get());
        return true;
    }

    /** 421 and 521 are last words: RFC 5321 §3.8, RFC 7504 §4. */
    private void tell(Reply refusal) throws IOException {
        if (refusal.code() == 421 || refusal.code() == 521) {
            conversation.hangUp(refusal);
        } else {
            conversation.reply(refusal);
        }
    }

    private void step() throws IOException {
        if (mustEnd(transaction.isPresent())) {
            return;
        }
        PeerReader.Line line = nextLine();
        if (!identity.pipelining() && !(line instanceof PeerReader.Line.End) && outOfStep()) {
            return;
        }
        switch (line) {
            case PeerReader.Line.Complete(byte[] octets) -> {
                switch (premises.parser().parse(octets)) {
                    case SmtpCommand.Parsed.Command(SmtpCommand command) -> perform(command);
                    case SmtpCommand.Parsed.Refused refused -> refuse(refused);
                }
            }
            case PeerReader.Line.BareNewline _ -> {
                conversation.command(Verb.UNKNOWN);
                conversation.reply(Replies.BARE_NEWLINE);
            }
            case PeerReader.Line.TooLong _ -> {
                conversation.command(Verb.UNKNOWN);
                conversation.reply(Replies.LINE_TOO_LONG); // RFC 5321 §4.5.3.1.9
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
        if (transaction.isPresent()) {
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
        conversation.reply(refused.reply());
        if (refused.verb().equals("bdat")) {
            // How much content follows is not known, so no octet that follows can be a command.
            conversation.hangUp();
        }
    }

    private void perform(SmtpCommand command) throws IOException {
        if (barred && !(command instanceof SmtpCommand.Quit)) {
            answer(Verb.OTHER, Replies.BARRED);
            return;
        }
        if (security.bars(command)) {
            refuseInClear(command);
            return;
        }
        switch (command) {
            case SmtpCommand.Mail mail -> mail(mail);
            case SmtpCommand.Rcpt(Recipient recipient) -> rcpt(recipient);
            case SmtpCommand.Data _ -> data();
            case SmtpCommand.Bdat bdat -> bdat(bdat);
            case SmtpCommand.Hello said -> hello(said);
            case SmtpCommand.Rset _ -> {
                conversation.command(Verb.RSET);
                endTransaction();
                conversation.reply(Replies.OK);
            }
            case SmtpCommand.Quit _ -> {
                conversation.command(Verb.QUIT);
                conversation.hangUp(Replies.BYE);
            }
            case SmtpCommand.Noop _ -> answer(Verb.NOOP, Replies.OK);
            case SmtpCommand.Help _ -> answer(Verb.OTHER, Replies.HELP);
            case SmtpCommand.Vrfy(String whom) -> vrfy(whom);
            case SmtpCommand.Expn _ -> answer(Verb.OTHER, Replies.NOT_EXPANDED);
            case SmtpCommand.Auth auth -> auth(auth);
            case SmtpCommand.Xclient(String attributes) -> xclient(attributes);
            case SmtpCommand.StartTls _ -> startTls();
            case SmtpCommand.Xforward _ -> answer(Verb.OTHER, Replies.NOT_OFFERED);
            case SmtpCommand.Foreign _ -> {
                conversation.command(Verb.UNKNOWN);
                reject("CONNECT", Replies.FOREIGN.reply(), "");
                conversation.hangUp(Replies.FOREIGN);
            }
        }
    }

    private void refuseInClear(SmtpCommand command) throws IOException {
        if (command instanceof SmtpCommand.Bdat(long octets, boolean _)) {
            conversation.command(Verb.BDAT);
            reception.swallow(octets);
        } else {
            conversation.command(Verb.OTHER);
        }
        conversation.reply(Replies.TLS_FIRST);
    }

    /** RFC 3207 §4. */
    private void startTls() throws IOException {
        conversation.command(Verb.STARTTLS);
        Optional<Canned> refusal = security.refusal();
        if (refusal.isPresent()) {
            conversation.reply(refusal.get());
        } else if (!outOfStep()) { // what came in the clear must never count under TLS
            endTransaction();
            boolean _ = security.secure();
        }
    }

    private void answer(Verb verb, Canned reply) throws IOException {
        conversation.command(verb);
        conversation.reply(reply);
    }

    private void hello(SmtpCommand.Hello said) throws IOException {
        conversation.command(said.greeting() == Greeting.HELO ? Verb.HELO : Verb.EHLO);
        if ((said.greeting() == Greeting.LHLO) != identity.lmtp()) {
            conversation.reply(
                    Replies.UNKNOWN_VERB); // RFC 2033 §4.1: the one here, the other there
            return;
        }
        if (outOfStep()) {
            return;
        }
        endTransaction(); // RFC 5321 §4.1.4
        identity.hello(said);
        if (refused(Stage.HELO, Optional.empty())) {
            identity.forgetHello();
            return;
        }
        conversation.reply(
                premises.offers()
                        .hello(
                                said.greeting(),
                                security.standing(),
                                premises.world().clock().now()));
    }

    /** Whether octets came that should have waited for a reply; then the session is over. */
    private boolean outOfStep() throws IOException {
        if (!conversation.reader().pending()) {
            return false;
        }
        reject("PIPELINING", Replies.OUT_OF_STEP.reply(), "");
        conversation.hangUp(Replies.OUT_OF_STEP);
        return true;
    }

    private void auth(SmtpCommand.Auth auth) throws IOException {
        conversation.command(Verb.AUTH);
        if (transaction.isPresent()) {
            conversation.reply(Replies.IN_TRANSACTION); // RFC 4954 §4
        } else if (!identity.pipelining()) {
            conversation.reply(Replies.HELLO_FIRST);
        } else {
            identity.authentication().attempt(auth, conversation);
            if (identity.authentication().login().isEmpty()) {
                Optional<String> tooMuch = tooMuch(Meter.What.AUTH_FAILURE);
                if (tooMuch.isPresent() && !conversation.over()) {
                    Reply last = Reply.of(421, "4.7.0", "Error: " + tooMuch.get());
                    reject("AUTH", last, "");
                    conversation.hangUp(last);
                }
            }
        }
    }

    private void xclient(String attributes) throws IOException {
        conversation.command(Verb.XCLIENT);
        if (!security.standing().proxy()) {
            conversation.reply(Replies.NOT_A_PROXY);
            return;
        }
        if (transaction.isPresent()) {
            conversation.reply(Replies.IN_TRANSACTION);
            return;
        }
        var before = new Xclient(identity.client(), identity.authentication().login());
        Optional<Xclient> now = Xclient.parse(attributes, before, config.trusted());
        if (now.isEmpty()) {
            conversation.reply(Replies.BAD_ATTRIBUTES);
            return;
        }
        identity.replaced(now.get().client(), now.get().login());
        greet(); // the session begins anew
    }

    private void mail(SmtpCommand.Mail mail) throws IOException {
        conversation.command(Verb.MAIL);
        Canned refusal = null;
        if (!identity.greeted()) {
            refusal = Replies.HELLO_FIRST; // RFC 5321 §4.1.4
        } else if (transaction.isPresent()) {
            refusal = Replies.NESTED_MAIL; // RFC 5321 §4.1.4
        } else if (identity.mustAuthenticate()) {
            refusal = Replies.AUTHENTICATE; // RFC 4954 §6
        } else if (mail.size() > config.bounds().messageOctets()) {
            refusal = Replies.TOO_LARGE; // RFC 1870 §6.1
        } else if (!mail.options().smtpUtf8()
                && mail.from() instanceof ReversePath.Sender(var mailbox)
                && mailbox.internationalized()) {
            refusal = Replies.NOT_INTERNATIONAL;
        }
        if (refusal != null) {
            if (refusal.reply().code() != 503) {
                reject("MAIL", refusal.reply(), "");
            }
            conversation.reply(refusal);
            return;
        }
        begin(mail);
    }

    private void begin(SmtpCommand.Mail mail) throws IOException {
        Canned reply = Replies.SENDER_OK;
        MailOptions options = mail.options();
        if (!mail.wishes().asked().isEmpty()) {
            Instant now = premises.world().clock().now();
            Terms terms = mail.wishes().at(now);
            Optional<Canned> refusal =
                    TermsCheck.refusal(
                            mail.wishes(),
                            terms,
                            premises.offers().parameters(security.standing()),
                            now,
                            config.services().releaseWithin());
            if (refusal.isPresent()) {
                conversation.reply(refusal.get());
                return;
            }
            if (terms.priority() > 0 && !identity.mayRelay()) { // RFC 6710 §4.1
                terms = terms.withPriority(0);
                reply = Replies.PRIORITY_LOWERED;
            }
            options = options.with(terms);
        }
        Optional<String> tooMuch = tooMuch(Meter.What.MESSAGE);
        if (tooMuch.isPresent()) {
            Reply refusal = Reply.of(450, "4.7.1", "Error: " + tooMuch.get());
            reject("MAIL", refusal, "");
            conversation.reply(refusal);
            return;
        }
        transaction = Optional.of(new Transaction(mail.from(), options, mail.size()));
        if (refused(Stage.MAIL, Optional.empty())) {
            endTransaction();
        } else {
            conversation.reply(reply);
        }
    }

    private void rcpt(Recipient recipient) throws IOException {
        conversation.command(Verb.RCPT);
        if (transaction.isEmpty()) {
            conversation.reply(Replies.MAIL_FIRST);
            return;
        }
        Transaction open = transaction.get();
        if (open.chunks().isPresent()) {
            conversation.reply(Replies.CHUNKS_BEGAN); // RFC 3030 §2
        } else if (open.recipients.size() >= config.bounds().recipients()) {
            conversation.tooManyRecipients(Replies.TOO_MANY_RECIPIENTS);
        } else if (!open.options.smtpUtf8() && recipient.mailbox().internationalized()) {
            conversation.reply(Replies.NOT_INTERNATIONAL);
        } else {
            Optional<Reply> refusal =
                    tooMuch(Meter.What.RECIPIENT)
                            .map(text -> Reply.of(450, "4.7.1", "Error: " + text))
                            .or(() -> refusal(recipient));
            if (refusal.isPresent()) {
                reject("RCPT", refusal.get(), "<" + recipient.mailbox() + ">");
                conversation.reply(refusal.get());
            } else if (!refused(Stage.RCPT, Optional.of(recipient.mailbox()))) {
                open.recipients.add(recipient);
                conversation.reply(Replies.RECIPIENT_OK);
            }
        }
    }

    /** Why mail for the recipient is not taken from this client; empty when it is. */
    private Optional<Reply> refusal(Recipient recipient) {
        Reply answer = premises.recipients().ask(recipient.mailbox());
        boolean ours = answer.code() != 252;
        if (answer.positive() && (ours || identity.mayRelay())) {
            return Optional.empty();
        }
        String subject = "<" + recipient.mailbox() + ">: ";
        if (answer.positive()) {
            return Optional.of(Reply.of(554, "5.7.1", subject + Replies.RELAY_DENIED));
        }
        return Optional.of(
                Reply.of(
                        answer.code(),
                        answer.status(),
                        subject + "Recipient address rejected: " + answer.text()));
    }

    private void data() throws IOException {
        conversation.command(Verb.DATA);
        if (outOfStep()) {
            return; // content that did not wait for 354 might be read as commands
        }
        if (transaction.isEmpty()) {
            conversation.reply(Replies.MAIL_FIRST);
        } else if (transaction.get().chunks().isPresent()) {
            conversation.reply(Replies.CHUNKS_BEGAN);
        } else if (transaction.get().recipients.isEmpty()) {
            conversation.reply(identity.nobody());
        } else if (refused(Stage.DATA, Optional.empty())) {
            endTransaction();
        } else {
            reception.data(transaction.get(), origin());
            endTransaction();
        }
    }

    private void bdat(SmtpCommand.Bdat bdat) throws IOException {
        conversation.command(Verb.BDAT);
        boolean ready = transaction.isPresent() && !transaction.get().recipients.isEmpty();
        Optional<Reply> refusal =
                ready && transaction.get().chunks().isEmpty()
                        ? gate.ask(Stage.DATA, transaction, Optional.empty())
                        : Optional.empty();
        if (refusal.isPresent()) {
            reception.swallow(bdat.octets());
            tell(refusal.get());
            endTransaction(); // chunks that are on their way already find no transaction
        } else if (!ready) {
            reception.swallow(
                    bdat.octets()); // RFC 3030 §2: content of a refused BDAT is no command
            conversation.reply(transaction.isPresent() ? identity.nobody() : Replies.MAIL_FIRST);
        } else if (reception.chunk(transaction.get(), bdat, origin())) {
            endTransaction();
        }
    }

    private void vrfy(String whom) throws IOException {
        conversation.command(Verb.VRFY);
        conversation.reply(premises.verified(whom, identity.mayRelay()));
    }

    private void endTransaction() {
        transaction.ifPresent(Transaction::drop);
        transaction = Optional.empty();
    }

    private Origin origin() {
        return identity.origin(transaction.filter(open -> open.options.smtpUtf8()).isPresent());
    }

    private void reject(String what, Reply reply, String recipient) {
        String sender = transaction.map(open -> "<" + open.sender + ">").orElse("");
        premises.journal().rejected(what, identity.client(), reply, sender, recipient, origin());
    }
}

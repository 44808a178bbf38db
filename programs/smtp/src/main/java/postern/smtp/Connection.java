package postern.smtp;

import java.io.IOException;
import java.net.ProtocolException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import postern.base.Clock;
import postern.base.Peer;
import postern.base.TimedOut;
import postern.dns.HostPlan.Target;
import postern.mail.Content;
import postern.mail.Domain;
import postern.smtp.tls.Judgement;
import postern.smtp.tls.TlsPolicy;
import postern.wire.DataWriter;
import postern.wire.PeerReader;
import postern.wire.PeerWriter;
import postern.wire.Reply;
import postern.wire.ReplyReader;

/** A connection to a host. Used by one task at a time. */
final class Connection {
    /** The host hangs up: a reply 421, whatever it was asked. */
    static final class HangingUp extends IOException {
        private static final long serialVersionUID = 1;

        private final transient Reply reply;

        private HangingUp(Reply reply) {
            super(reply.toString());
            this.reply = reply;
        }

        Reply reply() {
            return reply;
        }
    }

    /**
     * How it is protected.
     *
     * @param protocol {@code TLSv1.3}; empty for clear text
     * @param cipher likewise
     * @param judgement whether the host proved to be whom the policy wants
     * @param binding gives what both ends alone know of it: RFC 9266
     */
    record Seal(
            String protocol,
            String cipher,
            Judgement judgement,
            Supplier<Optional<byte[]>> binding) {
        static final Seal NONE = new Seal("", "", new Judgement.NotAsked(), Optional::empty);
    }

    private static final Duration FAREWELL_LIMIT = Duration.ofSeconds(5);

    private static final byte[] CRLF = {'\r', '\n'};

    private final Target target;
    private final TlsPolicy policy;
    private final PacedPeer peer;
    private final Clock clock;
    private final PeerReader reader;
    private final ReplyReader replies;
    private final PeerWriter writer;
    private final long openedAt; // nanoTime
    private final Seal seal;
    private Extensions extensions = Extensions.NONE;
    private Credentials credentials = Credentials.NONE;
    private Step step = Step.GREETING;
    private long deadline = Long.MAX_VALUE; // nanoTime, of the message under way
    private boolean timed;
    private int messages;
    private int begun; // MAIL commands
    private final Set<Domain> domains =
            new HashSet<>(0); // said in RCPT, where the host counts them
    private boolean reused;
    private boolean resetDue;

    /**
     * @param policy that it was opened under
     */
    Connection(
            Target target,
            TlsPolicy policy,
            Peer peer,
            Duration blockLimit,
            Clock clock,
            Seal seal) {
        this.target = target;
        this.policy = policy;
        this.clock = clock;
        this.peer = new PacedPeer(peer, blockLimit, clock);
        this.reader = new PeerReader(this.peer, ReplyReader.LINE_OCTETS_MAX);
        this.replies = new ReplyReader(reader);
        this.writer = new PeerWriter(this.peer);
        this.openedAt = clock.nanoTime();
        this.seal = seal;
    }

    TlsPolicy policy() {
        return policy;
    }

    Target target() {
        return target;
    }

    Peer peer() {
        return peer;
    }

    /** The protocol version; empty for clear text. */
    String tls() {
        return seal.protocol;
    }

    /** What both ends alone know of the connection; empty where there is no such thing. */
    Optional<byte[]> binding() {
        return seal.binding.get();
    }

    /** Who we are on it. */
    Credentials credentials() {
        return credentials;
    }

    void authenticated(Credentials as) {
        credentials = as;
    }

    /** Whether it is proven whom we speak to. */
    boolean verified() {
        return seal.judgement instanceof Judgement.Proven;
    }

    Seal seal() {
        return seal;
    }

    Extensions extensions() {
        return extensions;
    }

    void extensions(Extensions offered) {
        extensions = offered;
    }

    /** Where the conversation stands, for the words when it ends there. */
    Step step() {
        return step;
    }

    void step(Step next) {
        step = next;
    }

    /** Adds a command to the batch that {@link #flush} sends. */
    void add(String command) throws IOException {
        writer.line(command);
    }

    /**
     * Sends the batch.
     *
     * @throws IOException also when the host has replied to what was not asked yet
     */
    void flush() throws IOException {
        if (reader.pending()) {
            throw new ProtocolException("replies before it is asked");
        }
        writer.flush();
    }

    /** A message begins, which may take so long until it is sent. */
    void begin(Duration limit) {
        begun++;
        deadline = clock.nanoTime() + limit.toNanos();
        timed = true;
        peer.flow(limit);
    }

    /**
     * Sends a message and its end, in one write where it lies in memory.
     *
     * @param limit for all of it
     */
    void data(Content content, Duration limit) throws IOException {
        settled();
        peer.flow(limit);
        DataWriter.write(content, writer, peer);
    }

    /**
     * The same as one chunk, the last: RFC 3030.
     *
     * @param binary whether not even a last CRLF may be added (§3)
     */
    void chunk(Content content, boolean binary, Duration limit) throws IOException {
        settled();
        peer.flow(limit);
        boolean whole = binary || DataWriter.endsWithNewline(content);
        add("BDAT " + (content.octets() + (whole ? 0 : CRLF.length)) + " LAST");
        DataWriter.writeChunk(content, whole ? new byte[0] : CRLF, writer, peer);
    }

    /** A reply made up before would pass for the message's. */
    private void settled() throws IOException {
        if (reader.pending()) {
            throw new ProtocolException("replies before it is asked");
        }
    }

    /**
     * The reply to a step.
     *
     * @throws HangingUp it is 421
     * @throws IOException there is none, or it makes no sense
     */
    Reply reply(Step to, Duration limit) throws IOException {
        step = to;
        peer.expireAfter(
                to == Step.END ? limit : allowed(limit)); // a cut there may mean two copies
        Reply reply = replies.next();
        if (reply.code() == Verdicts.HANGING_UP) {
            throw new HangingUp(reply);
        }
        return reply;
    }

    private Duration allowed(Duration limit) throws TimedOut {
        if (!timed) {
            return limit;
        }
        long left = deadline - clock.nanoTime();
        if (left <= 0) {
            throw new TimedOut("the deadline of the message has passed");
        }
        return left < limit.toNanos() ? Duration.ofNanos(left) : limit;
    }

    Reply ask(Step asking, String command, Duration limit) throws IOException {
        step = asking;
        add(command);
        flush();
        return reply(asking, limit);
    }

    /** Whether the host said more than it was asked. */
    boolean ahead() {
        return reader.pending();
    }

    /** Whether it carried a message before and came from the cache. */
    boolean reused() {
        return reused;
    }

    void reuse() {
        reused = true;
    }

    /** Its end was sent and answered; no deadline holds any more. */
    void messageSent() {
        messages++;
        timed = false;
    }

    int messages() {
        return messages;
    }

    /** Whether the host takes no further MAIL on it: RFC 9422 §4.1 counts them all. */
    boolean spent() {
        return begun >= extensions.messagesMax();
    }

    /** Whether a recipient of that domain may be named on it, and notes it: RFC 9422 §4.3. */
    boolean admits(Domain domain) {
        return extensions.domainsMax() == Integer.MAX_VALUE
                || domains.contains(domain)
                || domains.size() < extensions.domainsMax() && domains.add(domain);
    }

    long openedAt() {
        return openedAt;
    }

    /** A transaction was begun and not ended: RSET goes before the next. */
    boolean resetDue() {
        return resetDue;
    }

    void resetDue(boolean due) {
        resetDue = due;
    }

    /** Says QUIT, without waiting for the answer, and closes. */
    void quit() {
        try {
            writer.line("QUIT");
            peer.expireAfter(FAREWELL_LIMIT);
            writer.flush();
        } catch (IOException _) {
            // the host left first
        }
        peer.close();
    }

    /** Closes without a word: the conversation is out of step. */
    void drop() {
        peer.close();
    }
}

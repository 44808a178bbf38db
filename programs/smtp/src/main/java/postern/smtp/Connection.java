package postern.smtp;

import java.io.IOException;
import java.time.Duration;
import postern.base.Peer;
import postern.dns.HostPlan.Target;
import postern.mail.Content;
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

    private static final Duration FAREWELL_LIMIT = Duration.ofSeconds(5);

    private final Target target;
    private final Peer peer;
    private final PeerReader reader;
    private final ReplyReader replies;
    private final PeerWriter writer;
    private final long openedAt; // nanoTime
    private final String tls;
    private Extensions extensions = Extensions.NONE;
    private Step step = Step.GREETING;
    private int messages;
    private boolean reused;
    private boolean resetDue;

    /**
     * @param tls the protocol version; empty for clear text
     */
    Connection(Target target, Peer peer, Duration blockLimit, long openedAt, String tls) {
        this.target = target;
        this.peer = new PacedPeer(peer, blockLimit);
        this.reader = new PeerReader(this.peer, ReplyReader.LINE_OCTETS_MAX);
        this.replies = new ReplyReader(reader);
        this.writer = new PeerWriter(this.peer);
        this.openedAt = openedAt;
        this.tls = tls;
    }

    Target target() {
        return target;
    }

    Peer peer() {
        return peer;
    }

    /** The protocol version; empty for clear text. */
    String tls() {
        return tls;
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
            throw new IOException("replies before it is asked");
        }
        writer.flush();
    }

    /** Sends a message and its end, in one write where it lies in memory. */
    void data(Content content) throws IOException {
        if (reader.pending()) { // or a reply made up before would pass for the message's
            throw new IOException("replies before it is asked");
        }
        DataWriter.write(content, writer, peer);
    }

    /**
     * The reply to a step.
     *
     * @throws HangingUp it is 421
     * @throws IOException there is none, or it makes no sense
     */
    Reply reply(Step to, Duration limit) throws IOException {
        step = to;
        peer.expireAfter(limit);
        Reply reply = replies.next();
        if (reply.code() == Verdicts.HANGING_UP) {
            throw new HangingUp(reply);
        }
        return reply;
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

    void messageSent() {
        messages++;
    }

    int messages() {
        return messages;
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

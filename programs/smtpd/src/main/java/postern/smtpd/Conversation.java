package postern.smtpd;

import java.io.IOException;
import java.time.Duration;
import java.util.function.Supplier;
import postern.base.LogLine;
import postern.base.Peer;
import postern.base.World;
import postern.sasl.Bounds;
import postern.smtpd.Counts.Verb;
import postern.wire.CommandLength;
import postern.wire.PeerReader;
import postern.wire.PeerWriter;
import postern.wire.Reply;

/**
 * Lines in, replies out: replies wait while a whole command is still to be read (RFC 2920 §3.2),
 * and whoever makes errors waits too. One thread only.
 */
final class Conversation {
    /** Octets read at once while content comes. */
    private static final int BUFFER_OCTETS = 32 * 1024;

    /** What an error costs once there were several. Postfix's smtpd_error_sleep_time. */
    private static final Duration PENANCE = Duration.ofSeconds(1);

    /** Recipients too many that are no error. Postfix's smtpd_recipient_overshoot_limit. */
    private static final int OVERSHOOT_MAX = 1_000;

    private final World world;
    private final Supplier<SmtpdConfig.Bounds> bounds; // under pressure they are others
    private final int commandsMax;
    private final CommandLength length;
    private final LastWords lastWords;
    private volatile Peer peer; // whoever drains writes to it
    private PeerReader reader;
    private PeerWriter writer;
    private final Counts counts = new Counts();
    private Verb verb = Verb.OTHER;
    private int commands;
    private int errors;
    private int junk;
    private int overshot;
    private boolean over;
    private boolean authExpected;

    /**
     * @param bounds asked each time
     * @param limits of commands, in number and in length
     */
    Conversation(
            World world,
            Peer peer,
            Supplier<SmtpdConfig.Bounds> bounds,
            Limits limits,
            LastWords lastWords) {
        this.world = world;
        this.peer = peer;
        this.bounds = bounds;
        this.commandsMax = limits.commands();
        this.length = limits.commandLength();
        this.lastWords = lastWords;
        this.reader = new PeerReader(peer, BUFFER_OCTETS);
        this.writer = new PeerWriter(peer);
    }

    /** From now on it goes on here; nothing that was said before is left over. */
    void continueOn(Peer secured) {
        peer = secured;
        reader = new PeerReader(secured, BUFFER_OCTETS);
        writer = new PeerWriter(secured);
    }

    PeerReader reader() {
        return reader;
    }

    Peer peer() {
        return peer;
    }

    /** Whether the next command has come already. */
    boolean linePending() {
        return reader.linePending();
    }

    void flush() throws IOException {
        if (writer.pending()) {
            peer.expireAfter(bounds.get().commandLimit());
            writer.flush();
        }
    }

    /** The next line; the time for all of it runs from now. */
    PeerReader.Line line() throws IOException {
        peer.expireAfter(bounds.get().commandLimit());
        int longest = length.longest();
        PeerReader.Line line =
                reader.line(authExpected ? Math.max(longest, Bounds.LINE_OCTETS_MAX) : longest);
        return line instanceof PeerReader.Line.Complete(byte[] octets) && length.exceeded(octets)
                ? PeerReader.Line.TooLong.of(octets)
                : line;
    }

    /** Whether AUTH may come, with all that it needs. */
    void expectAuth(boolean may) {
        authExpected = may;
    }

    /** A line of an exchange that AUTH began. */
    PeerReader.Line authLine() throws IOException {
        peer.expireAfter(bounds.get().commandLimit());
        return reader.line(Bounds.LINE_OCTETS_MAX);
    }

    /** A command begins; its reply counts for it. */
    void command(Verb begun) throws IOException {
        verb = begun;
        commands++;
        counts.command(begun);
        switch (begun) {
            case MAIL, RCPT, DATA, BDAT, QUIT, UNKNOWN -> {}
            default -> {
                junk++;
                if (junk > bounds.get().junkCommands()) {
                    error();
                }
            }
        }
    }

    /**
     * Whether there were more commands than a session may have.
     *
     * @param within a message, which is spared for a while
     */
    boolean tooMany(boolean within) {
        return commands > (within ? commandsMax + commandsMax / 10 : commandsMax);
    }

    /** A message was accepted: commands without mail are forgiven. */
    void accepted() {
        junk = 0;
        overshot = 0;
    }

    void reply(Canned canned) throws IOException {
        account(canned.reply().code());
        writer.add(canned.octets());
        hangUpAfterTooMany();
    }

    void reply(Reply reply) throws IOException {
        replyUnbound(reply.plain());
    }

    /** What may go beyond what other replies may hold. */
    void replyUnbound(Reply reply) throws IOException {
        account(reply.code());
        writer.add(reply);
        hangUpAfterTooMany();
    }

    /** What was replied does not wait for what we do next, unless the next command is here. */
    void flushIfIdle() throws IOException {
        if (!linePending()) {
            flush();
        }
    }

    /** The same for one more recipient (RFC 2033 §4.2): no error of its own. */
    void replyAgain(Reply reply) throws IOException {
        writer.add(reply.plain());
    }

    /**
     * A recipient too many. The client sends the rest of its list in one go and tries those again
     * later (RFC 5321 §4.5.3.1.10); to count each as an error would lose it the message for good.
     */
    void tooManyRecipients(Canned canned) throws IOException {
        if (++overshot > OVERSHOOT_MAX) {
            reply(canned);
        } else {
            counts.refused(verb);
            writer.add(canned.octets());
        }
    }

    /** The last reply; nothing that the peer sends is read any more. */
    void hangUp(Canned last) throws IOException {
        writer.add(lastWords.named(last).octets());
        over = true;
    }

    void hangUp(Reply last) throws IOException {
        counts.refused(verb);
        writer.add(lastWords.named(last).plain());
        over = true;
    }

    /** The first reply of all, to no command. */
    void greet(Reply greeting) throws IOException {
        writer.add(greeting.plain());
    }

    void hangUp() {
        over = true;
    }

    boolean over() {
        return over;
    }

    /** Sends what is left of the replies; a peer that has gone does not get them. */
    void finish() {
        try {
            flush();
        } catch (IOException gone) {
            over = true;
        }
    }

    void addTo(LogLine line) {
        counts.addTo(line);
    }

    private void account(int code) throws IOException {
        if (code >= 400) {
            counts.refused(verb);
            error();
        }
    }

    private void error() throws IOException {
        errors++;
        if (errors > bounds.get().softErrors() && errors < bounds.get().hardErrors()) {
            flush();
            world.clock().sleep(PENANCE);
        }
    }

    private void hangUpAfterTooMany() throws IOException {
        if (errors >= bounds.get().hardErrors() && !over) {
            hangUp(Replies.TOO_MANY_ERRORS);
        }
    }
}

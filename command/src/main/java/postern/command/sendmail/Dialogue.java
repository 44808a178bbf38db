package postern.command.sendmail;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import postern.base.Peer;
import postern.wire.PeerReader;
import postern.wire.PeerWriter;
import postern.wire.Reply;
import postern.wire.ReplyReader;

/** Lines out, replies in, shown to the user on demand. One thread only. */
final class Dialogue {
    /** RFC 5321 §4.5.3.2: five minutes for most commands. */
    private static final Duration COMMAND = Duration.ofMinutes(5);

    /** RFC 5321 §4.5.3.2.6. */
    private static final Duration FINAL = Duration.ofMinutes(10);

    /** RFC 5321 §4.5.3.2.5. */
    private static final Duration BLOCK = Duration.ofMinutes(3);

    private final Peer peer;
    private final PeerWriter writer;
    private final ReplyReader reader;
    private final PrintStream shown;
    private final boolean verbose;

    Dialogue(Peer peer, PrintStream shown, boolean verbose) {
        this.peer = peer;
        this.writer = new PeerWriter(peer);
        this.reader = new ReplyReader(new PeerReader(peer, ReplyReader.LINE_OCTETS_MAX));
        this.shown = shown;
        this.verbose = verbose;
    }

    /** Says a line once something is waited for. */
    void say(String line) throws IOException {
        if (verbose) {
            shown.println(">>> " + line);
        }
        writer.line(line);
    }

    Reply reply() throws IOException {
        return reply(COMMAND);
    }

    /** The reply to the end of the data. */
    Reply verdict() throws IOException {
        return reply(FINAL);
    }

    private Reply reply(Duration limit) throws IOException {
        peer.expireAfter(limit);
        writer.flush();
        Reply reply = reader.next();
        peer.expireAfter(Duration.ZERO);
        if (verbose) {
            shown.println("<<< " + reply);
        }
        return reply;
    }

    Reply ask(String line) throws IOException {
        say(line);
        return reply();
    }

    /** Writes octets of the message, their dots stuffed already. */
    void data(byte[] octets, int from, int length) throws IOException {
        peer.expireAfter(BLOCK);
        writer.add(octets, from, length);
        peer.expireAfter(Duration.ZERO); // the user's program may take its time over the next block
    }
}

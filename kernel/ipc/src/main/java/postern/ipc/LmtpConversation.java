package postern.ipc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import postern.base.LogLine;
import postern.base.Peer;
import postern.base.World;
import postern.mail.AddressParser;
import postern.mail.AddressParser.Parsed.Address;
import postern.mail.Domain;
import postern.mail.Mailbox;
import postern.mail.Recipient;
import postern.wire.CommandParser;
import postern.wire.PeerReader;
import postern.wire.PeerWriter;
import postern.wire.Reply;
import postern.wire.SmtpCommand;
import postern.wire.SmtpCommand.Parsed;
import postern.wire.Wishes.Extension;

/** The server's half of one LMTP connection. One thread only. */
final class LmtpConversation {
    /**
     * Longest command line in octets: XPOSTERN with every attribute, or a long address with ORCPT.
     */
    private static final int LINE_OCTETS_MAX = 8192;

    /** Octets read at once: a small message with its envelope. */
    private static final int BUFFER_OCTETS = 32 * 1024;

    /** Longest chunk in octets. */
    private static final long CHUNK_OCTETS_MAX = 1 << 20;

    private static final Reply OK = Reply.of(250, "2.0.0", "Ok");
    private static final Reply CLOSING =
            Reply.of(421, "4.3.2", "Service closing, come again"); // RFC 5321 §3.8
    private static final Reply BYE = Reply.of(221, "2.0.0", "Bye");
    private static final byte[] XPOSTERN = "XPOSTERN ".getBytes(StandardCharsets.US_ASCII);

    private static final Reply NOT_IMPLEMENTED =
            Reply.of(502, "5.5.1", "Command not implemented here");
    private static final Reply UNKNOWN = Reply.of(500, "5.5.2", "Command unrecognized");
    private static final Reply SYNTAX = Reply.of(501, "5.5.4", "Syntax error in parameters");

    private static final String CUT_SHORT = "connection closed inside a chunk";

    /** Content comes by BDAT, so binary is welcome. */
    private static final Set<Extension> PARAMETERS = Set.of(Extension.BINARYMIME);

    private static final Reply NOT_OFFERED =
            Reply.of(555, "5.5.4", "Parameter of MAIL not offered");
    private static final Reply OUT_OF_ORDER = Reply.of(503, "5.5.1", "Bad sequence of commands");
    private static final Reply NOBODY = Reply.of(503, "5.5.1", "No valid recipients");
    private static final Reply CHUNK_TOO_LONG = Reply.of(501, "5.5.4", "Chunk exceeds 1 MiB");
    private static final Reply LINE_TOO_LONG = Reply.of(500, "5.5.2", "Line too long");
    private static final Reply FAILED = Reply.of(451, "4.3.0", "Cannot take the message now");

    private final Peer peer;
    private final String name;
    private final LmtpSession session;
    private final World world;
    private final PeerReader reader;
    private final PeerWriter writer;
    private final Domain ours;
    private final CommandParser parser;

    private Attributes attributes = Attributes.NONE;
    private boolean open; // a transaction
    private int accepted; // its recipients
    private boolean broken; // content could not be taken: 451 at its end
    private final Object lock = new Object();
    private boolean busy = true; // guarded by lock; from a command to the reply to a message's end
    private boolean closing; // guarded by lock

    LmtpConversation(Peer peer, String name, LmtpSession session, World world) {
        this.peer = peer;
        this.name = name;
        this.session = session;
        this.world = world;
        this.reader = new PeerReader(peer, BUFFER_OCTETS);
        this.writer = new PeerWriter(peer);
        this.ours = new Domain(name);
        this.parser = new CommandParser(ours, true);
    }

    /**
     * Ends the conversation now, or after the transaction under way. A client whose next message is
     * on its way already reads 421 and knows that nothing of it was looked at. Any thread.
     */
    void closeIfIdle() {
        synchronized (lock) {
            if (closing || busy) {
                closing = true;
                return; // the conversation's own thread ends it
            }
            closing = true;
        }
        end421();
    }

    private void end421() {
        try {
            writer.add(CLOSING); // the other thread waits for input, and will not write any more
            writer.flush();
        } catch (IOException gone) {
            // nobody to tell
        }
        peer.close();
    }

    /** Nothing is under way; false when the conversation is to end here. */
    private boolean rest() {
        synchronized (lock) {
            busy = false;
            return !closing;
        }
    }

    /** Something has come; false when it came too late. */
    private boolean wake() {
        synchronized (lock) {
            if (!busy && closing) {
                return false;
            }
            busy = true;
            return true;
        }
    }

    void run() throws IOException {
        writer.line("220 " + name + " LMTP Postern");
        while (true) {
            if (!reader.pending()) {
                writer.flush();
                if (!open && !rest()) {
                    end421();
                    return;
                }
            }
            PeerReader.Line line = reader.line(LINE_OCTETS_MAX);
            if (!wake()) {
                return;
            }
            switch (line) {
                case PeerReader.Line.Complete(byte[] octets) -> {
                    if (!command(octets)) {
                        writer.flush();
                        return;
                    }
                }
                case PeerReader.Line.BareNewline _ -> writer.add(SYNTAX);
                case PeerReader.Line.TooLong _ -> writer.add(LINE_TOO_LONG);
                case PeerReader.Line.End _ -> {
                    return;
                }
            }
        }
    }

    /** False after QUIT. */
    private boolean command(byte[] line) throws IOException {
        if (startsWith(line, XPOSTERN)) {
            int from = XPOSTERN.length;
            writer.add(
                    xpostern(
                            new String(line, from, line.length - from, StandardCharsets.US_ASCII)));
            return true;
        }
        return switch (parser.parse(line)) {
            case Parsed.Command(SmtpCommand command) -> obey(command);
            case Parsed.Refused(Reply reply, String verb) -> {
                if (verb.equals("bdat")) {
                    throw new IOException("malformed BDAT: the end of its chunk is not known");
                }
                writer.add(reply);
                yield true;
            }
        };
    }

    private boolean obey(SmtpCommand command) throws IOException {
        switch (command) {
            case SmtpCommand.Mail mail -> writer.add(mail(mail));
            case SmtpCommand.Rcpt(Recipient to) -> writer.add(rcpt(to));
            case SmtpCommand.Bdat(long octets, boolean last) -> bdat(octets, last);
            case SmtpCommand.Hello(SmtpCommand.Greeting greeting, String _) -> {
                if (greeting == SmtpCommand.Greeting.LHLO) {
                    lhlo();
                } else {
                    writer.add(UNKNOWN); // RFC 2033 §4.1: this is no SMTP
                }
            }
            case SmtpCommand.Vrfy(String whom) -> writer.add(verify(whom));
            case SmtpCommand.Rset() -> {
                reset();
                writer.add(OK);
            }
            case SmtpCommand.Noop() -> writer.add(OK);
            case SmtpCommand.Quit() -> {
                writer.add(BYE);
                return false;
            }
            case SmtpCommand.Data(),
                    SmtpCommand.Expn _,
                    SmtpCommand.Help _,
                    SmtpCommand.Auth _,
                    SmtpCommand.StartTls _,
                    SmtpCommand.Xclient _,
                    SmtpCommand.Xforward _,
                    SmtpCommand.Etrn _,
                    SmtpCommand.Foreign _ ->
                    writer.add(NOT_IMPLEMENTED);
        }
        return true;
    }

    private static boolean startsWith(byte[] line, byte[] prefix) {
        return line.length >= prefix.length
                && Arrays.equals(line, 0, prefix.length, prefix, 0, prefix.length);
    }

    private void lhlo() throws IOException {
        reset();
        List<String> lines =
                new ArrayList<>(
                        List.of(
                                name,
                                "PIPELINING",
                                "CHUNKING",
                                "8BITMIME",
                                "BINARYMIME",
                                "SMTPUTF8",
                                "DSN",
                                "ENHANCEDSTATUSCODES",
                                "SIZE 0",
                                "XPOSTERN " + Attributes.VERSIONS));
        if (session.asksForOrigin()) {
            lines.add(Attributes.ORIGIN_OFFER);
        }
        writer.add(new Reply(250, "", lines));
    }

    private Reply xpostern(String arguments) {
        Optional<Attributes> parsed = open ? Optional.empty() : Attributes.parse(arguments);
        attributes = parsed.orElse(Attributes.NONE);
        return parsed.isPresent() ? OK : SYNTAX;
    }

    private Reply mail(SmtpCommand.Mail mail) {
        if (open) {
            return OUT_OF_ORDER;
        }
        if (!PARAMETERS.containsAll(mail.wishes().asked())) {
            return NOT_OFFERED; // terms come with XPOSTERN, as absolute times
        }
        Reply reply =
                session.mail(
                        attributes,
                        mail.from(),
                        mail.options().with(attributes.terms()),
                        mail.size());
        open = reply.positive();
        attributes = Attributes.NONE;
        return reply;
    }

    private Reply rcpt(Recipient recipient) {
        if (!open) {
            return OUT_OF_ORDER;
        }
        Reply reply = session.rcpt(recipient);
        if (reply.positive()) {
            accepted++;
        }
        return reply;
    }

    private Reply verify(String whom) {
        return AddressParser.path(whom, 0, ours) instanceof Address(Mailbox mailbox, int end)
                        && end == whom.length()
                ? session.verify(mailbox)
                : SYNTAX;
    }

    private void bdat(long octets, boolean last) throws IOException {
        if (octets > CHUNK_OCTETS_MAX) {
            skip(octets);
            writer.add(CHUNK_TOO_LONG);
            return;
        }
        if (!open || accepted == 0) {
            skip(octets);
            writer.add(NOBODY);
            reset();
            return;
        }
        take(octets);
        if (!last) {
            writer.add(OK);
            return;
        }
        for (Reply reply : end()) {
            writer.add(reply);
        }
        open = false;
        reset();
    }

    private List<Reply> end() {
        if (!broken) {
            try {
                return session.end();
            } catch (IOException failed) {
                failed(failed);
            }
        }
        return Collections.nCopies(accepted, FAILED);
    }

    /** Content that cannot be taken is read all the same: what follows must be found. */
    private void take(long octets) throws IOException {
        long left = octets;
        while (left > 0 && !broken) {
            left -= portion((int) Math.min(left, Integer.MAX_VALUE));
        }
        skip(left);
    }

    private int portion(int wanted) throws IOException {
        ByteBuffer room;
        try {
            room = session.room(wanted);
        } catch (IOException failed) {
            failed(failed);
            return 0;
        }
        room.limit(room.position() + Math.min(wanted, room.remaining()));
        int n = reader.read(room);
        if (n < 0) {
            throw new IOException(CUT_SHORT);
        }
        try {
            session.filled(n);
        } catch (IOException failed) {
            failed(failed);
        }
        return n;
    }

    private void failed(IOException failed) {
        broken = true;
        world.log().warning(LogLine.about(name).with("content", failed));
    }

    private void skip(long octets) throws IOException {
        byte[] sink = new byte[(int) Math.min(octets, BUFFER_OCTETS)];
        long left = octets;
        while (left > 0) {
            int n = reader.read(sink, 0, (int) Math.min(left, sink.length));
            if (n < 0) {
                throw new IOException(CUT_SHORT);
            }
            left -= n;
        }
    }

    private void reset() {
        if (open) {
            session.abort();
        }
        open = false;
        accepted = 0;
        broken = false;
    }
}

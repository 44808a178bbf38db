package postern.command.sendmail;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import postern.base.Peer;
import postern.command.ExitStatus;
import postern.command.Terminal;
import postern.wire.PeerReader;
import postern.wire.ReplyReader;

/**
 * {@code -bs}: SMTP on standard input and output, passed to the submission socket command by
 * command, so that a script may write all it has to say at once. Lines may end with LF. And batched
 * SMTP: the same without anybody to read the replies, of which only refusals are shown. One thread
 * only.
 */
final class Passage {
    private static final int BLOCK_OCTETS = 16 * 1024;

    /** The server refuses longer ones; this bounds our memory. */
    private static final int LINE_OCTETS_MAX = 64 * 1024;

    private static final int REPLY_LINES_MAX = 100;

    private final InputStream in;
    private final PrintStream out;
    private final Peer peer;
    private final PeerReader replies;
    private final PrintStream errors;
    private final boolean batch;
    private ExitStatus worst = ExitStatus.OK; // of a batch

    /**
     * @param batch nobody reads the replies
     */
    Passage(Terminal terminal, Peer peer, boolean batch) {
        this.in = new BufferedInputStream(terminal.in(), BLOCK_OCTETS);
        this.out = terminal.out();
        this.errors = terminal.err();
        this.batch = batch;
        this.peer = peer;
        this.replies = new PeerReader(peer, ReplyReader.LINE_OCTETS_MAX);
    }

    /** Until either side has ended. */
    ExitStatus run() throws IOException {
        List<byte[]> greeting = lines();
        if (code(greeting) == 220) {
            authenticate();
        }
        if (!batch) {
            show(greeting);
        }
        int code = code(greeting);
        while (code >= 200 && code != 421) {
            String command = line();
            if (command.isEmpty()) {
                return worst;
            }
            send(command);
            String verb = command.strip().toUpperCase(Locale.ROOT);
            if (verb.startsWith("BDAT ")) {
                chunk(verb);
            }
            code = reply(command);
            if (code == 354) {
                data(true);
                code = reply("the message");
            } else if (batch && verb.equals("DATA")) {
                data(false); // it comes whatever we say
                send("RSET\r\n");
                code = code(lines());
            }
            if (verb.equals("QUIT")) {
                return worst;
            }
        }
        return ExitStatus.TEMPORARY;
    }

    /**
     * The kernel's word on who we are is asked before the client speaks: it knows nothing of it.
     */
    private void authenticate() throws IOException {
        send("EHLO localhost\r\n");
        for (byte[] line : lines()) {
            String offer = new String(line, StandardCharsets.ISO_8859_1).toUpperCase(Locale.ROOT);
            if (offer.startsWith("AUTH ", 4) && offer.contains(" EXTERNAL")) {
                send("AUTH EXTERNAL =\r\n");
                List<byte[]> unused = lines(); // a refusal shows at the client's own commands
                return;
            }
        }
    }

    private int reply(String command) throws IOException {
        List<byte[]> lines = lines();
        int code = code(lines);
        if (!batch) {
            show(lines);
        } else if (code >= 400 && !lines.isEmpty()) {
            String first = new String(lines.getFirst(), StandardCharsets.ISO_8859_1);
            errors.println("bsmtp: " + command.strip() + ": " + first);
            boolean again = code < 500;
            worst =
                    again || worst == ExitStatus.TEMPORARY
                            ? ExitStatus.TEMPORARY
                            : ExitStatus.DATA_ERROR;
        }
        return code;
    }

    /** The lines of a reply without CRLF; none when the server has closed. */
    private List<byte[]> lines() throws IOException {
        List<byte[]> lines = new ArrayList<>(1);
        while (lines.size() < REPLY_LINES_MAX
                && replies.line(ReplyReader.LINE_OCTETS_MAX)
                        instanceof PeerReader.Line.Complete(byte[] octets)) {
            lines.add(octets);
            if (octets.length < 4 || octets[3] != '-') {
                return lines;
            }
        }
        return List.of();
    }

    private void show(List<byte[]> lines) {
        for (byte[] line : lines) {
            out.write(line, 0, line.length);
            out.print("\r\n");
        }
        out.flush();
    }

    private static int code(List<byte[]> lines) {
        if (lines.isEmpty() || lines.getFirst().length < 3) {
            return 0;
        }
        int code = 0;
        for (int i = 0; i < 3; i++) {
            code = 10 * code + Math.clamp(lines.getFirst()[i] - '0', 0, 9);
        }
        return code;
    }

    /** The next line with CRLF; empty at the end. */
    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(128);
        int octet = in.read();
        while (octet >= 0 && octet != '\n' && line.size() < LINE_OCTETS_MAX) {
            line.write(octet);
            octet = in.read();
        }
        if (octet < 0 && line.size() == 0) {
            return "";
        }
        String text = line.toString(StandardCharsets.ISO_8859_1);
        return (text.endsWith("\r") ? text.substring(0, text.length() - 1) : text) + "\r\n";
    }

    private void send(String text) throws IOException {
        peer.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
    }

    /**
     * Message data up to its final dot; its dots are stuffed already.
     *
     * @param wanted whether the server takes it
     */
    private void data(boolean wanted) throws IOException {
        StringBuilder block = new StringBuilder(BLOCK_OCTETS);
        String line = line();
        while (!line.isEmpty() && !line.equals(".\r\n")) {
            block.append(line);
            if (block.length() >= BLOCK_OCTETS) {
                if (wanted) {
                    send(block.toString());
                }
                block.setLength(0);
            }
            line = line();
        }
        if (line.isEmpty()) {
            throw new IOException("standard input ended before the message did");
        }
        if (wanted) {
            send(block.append(line).toString());
        }
    }

    /** RFC 3030 §2: the chunk follows its command at once. */
    private void chunk(String verb) throws IOException {
        long left = size(verb);
        byte[] block = new byte[BLOCK_OCTETS];
        while (left > 0) {
            int n = in.read(block, 0, (int) Math.min(block.length, left));
            if (n < 0) {
                throw new IOException("standard input ended before the message did");
            }
            peer.write(ByteBuffer.wrap(block, 0, n));
            left -= n;
        }
    }

    private static long size(String verb) {
        int end = "BDAT ".length();
        while (end < verb.length() && verb.charAt(end) >= '0' && verb.charAt(end) <= '9') {
            end++;
        }
        String digits = verb.substring("BDAT ".length(), end);
        return digits.isEmpty() || digits.length() > 18 ? 0 : Long.parseLong(digits);
    }
}

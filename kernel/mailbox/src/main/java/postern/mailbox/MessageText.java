package postern.mailbox;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import postern.mail.Content;
import postern.mail.ReversePath;

/**
 * A message as programs of this host read it: its lines end with LF, with fields of ours in front.
 *
 * @param prepended header fields that go in front, lines ended by LF
 */
public record MessageText(byte[] prepended, Content content, Form form) {
    private static final int BLOCK_OCTETS = 32 * 1024;

    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss uuuu", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    /**
     * How the lines are written.
     *
     * @param quoteFrom puts {@code >} before lines that begin with {@code From }
     * @param stuffDots doubles a dot at the start of a line
     * @param emptyLineLast adds an empty line behind the message
     * @param crlf ends lines with CRLF
     */
    public record Form(boolean quoteFrom, boolean stuffDots, boolean emptyLineLast, boolean crlf) {
        public static final Form PLAIN = new Form(false, false, false, false);
        static final Form MBOX = new Form(true, false, true, false);
    }

    /** Where it goes. */
    public interface Out {
        void write(byte[] octets, int offset, int length) throws IOException;
    }

    /** Writes the whole of it, in blocks. */
    public void writeTo(Out out) throws IOException {
        var lines = new UnixLines(content, BLOCK_OCTETS);
        var quoting = new LineQuoting(out, form, BLOCK_OCTETS);
        quoting.addHeader(prepended);
        for (ByteBuffer block = lines.next(); block.hasRemaining(); block = lines.next()) {
            quoting.add(block.array(), block.limit());
        }
        quoting.end();
    }

    /** The line that separates messages in an mbox, and that tells a command the sender. */
    public static byte[] fromLine(ReversePath sender, Instant now) {
        String who = sender.toString().isEmpty() ? "MAILER-DAEMON" : sender.toString();
        String line = "From " + who.replace(' ', '-') + "  " + STAMP.format(now) + "\n";
        return line.getBytes(StandardCharsets.UTF_8);
    }
}

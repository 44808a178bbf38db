package postern.table;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import postern.base.DiskFile;

/**
 * The lines of a table's source, as Postfix's postmap(1) sees them: a line that begins with white
 * space continues the one before it, empty lines and those that begin with {@code #} do not count,
 * not even between a line and what continues it. Read in blocks, so that a source may be of any
 * size. One thread only.
 */
final class LogicalLines {
    /** Longest logical line in octets: an alias for ten thousand people. */
    static final int LINE_OCTETS_MAX = 1 << 20;

    private static final int BLOCK_OCTETS = 64 * 1024;

    private final DiskFile file;
    private final ByteBuffer block = ByteBuffer.allocate(BLOCK_OCTETS).limit(0);
    private byte[] physical = new byte[256];
    private int length;
    private long at;
    private int number;
    private @Nullable Line ahead;
    private boolean ended;

    /**
     * @param number of its first physical line, from 1
     * @param fault what is wrong with it; empty when nothing is
     */
    record Line(int number, String text, String fault) {}

    LogicalLines(DiskFile file) {
        this.file = file;
    }

    /** The next line; null at the end. */
    @Nullable Line next() throws IOException {
        Line first = ahead != null ? ahead : meaningful();
        ahead = null;
        if (first == null) {
            return null;
        }
        StringBuilder continued = new StringBuilder();
        String fault = first.fault;
        while (true) {
            Line line = meaningful();
            if (line == null || !white(line.text.charAt(0))) {
                ahead = line;
                break;
            }
            fault = fault.isEmpty() ? line.fault : fault;
            if (first.text.length() + continued.length() + line.text.length() > LINE_OCTETS_MAX) {
                fault = "the line exceeds " + LINE_OCTETS_MAX + " octets";
            } else {
                continued.append(line.text);
            }
        }
        return continued.isEmpty() && fault.equals(first.fault)
                ? first
                : new Line(first.number, first.text + continued, fault);
    }

    static boolean white(char c) {
        return c == ' ' || c == '\t';
    }

    /** The next physical line with something in it. */
    private @Nullable Line meaningful() throws IOException {
        while (readPhysical()) {
            String text;
            try {
                text =
                        StandardCharsets.UTF_8
                                .newDecoder()
                                .decode(ByteBuffer.wrap(physical, 0, length))
                                .toString();
            } catch (CharacterCodingException odd) {
                return new Line(number, "?", "the line is not in UTF-8");
            }
            String bare = text.strip();
            if (!bare.isEmpty() && bare.charAt(0) != '#') {
                String fault = text.indexOf(0) >= 0 ? "the line has a NUL character" : "";
                return new Line(number, text.stripTrailing(), fault);
            }
        }
        return null;
    }

    /** Reads one physical line without its end. False at the end of the file. */
    private boolean readPhysical() throws IOException {
        length = 0;
        boolean any = false;
        while (true) {
            if (!block.hasRemaining() && !fill()) {
                number += any ? 1 : 0;
                return any;
            }
            any = true;
            byte octet = block.get();
            if (octet == '\n') {
                number++;
                return true;
            }
            if (length == LINE_OCTETS_MAX) {
                throw new IOException("line " + (number + 1) + " exceeds " + length + " octets");
            }
            if (length == physical.length) {
                physical = Arrays.copyOf(physical, 2 * length);
            }
            physical[length++] = octet;
        }
    }

    private boolean fill() throws IOException {
        block.clear();
        int n = ended ? -1 : file.read(block, at);
        block.flip();
        ended = n <= 0;
        at += Math.max(0, n);
        return !ended;
    }
}

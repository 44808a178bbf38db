package postern.wire;

import java.io.Closeable;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Optional;
import postern.mail.Content;
import postern.mail.ContentBuffer;

/**
 * Turns the octets behind DATA or BDAT into a message: dots are unstuffed (RFC 5321 §4.5.2), and
 * only CRLF.CRLF ends data. Whatever cannot be taken is a {@link Fault}; the message is then thrown
 * away, but its octets are still read to their true end in constant memory, so that they can never
 * be read as commands. The result does not depend on how the input is cut. One thread only.
 *
 * <p>A CR or LF that stands alone is never repaired: what one server takes for the end of a line
 * another does not, and a message hidden in that gap is a smuggled one (RFC 5321 §2.3.8 forbids to
 * send either alone).
 */
public final class DataDecoder implements Closeable {

    /** Why a message is not taken; the first that is found counts. */
    public enum Fault {
        BARE_NEWLINE,
        NUL,
        TOO_LARGE,
        HEADER_TOO_LARGE,
        TOO_MANY_HOPS,
        STORAGE
    }

    /**
     * @param octets longest message
     * @param headerOctets longest header, all fields together
     * @param fieldOctets longest single field, its folded lines together
     * @param hops most Received fields: RFC 5321 §6.3 wants 100 at the least before a loop is
     *     assumed; Postfix's hopcount_limit is 50
     */
    public record Limits(long octets, long headerOctets, long fieldOctets, int hops) {
        public Limits(long octets, long headerOctets, int hops) {
            this(octets, headerOctets, headerOctets, hops);
        }
    }

    /** What the octets turned out to be. */
    public sealed interface Result {
        /** The caller closes it. */
        record Message(Content content) implements Result {}

        record Refused(Fault fault) implements Result {}
    }

    private enum State {
        LINE_START,
        DOT, // at the start of a line, and taken off
        DOT_CR,
        TEXT,
        CR
    }

    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;

    /** Every octet that means something to us, NUL, LF and CR, is below; few others are. */
    private static final long INTERESTING = '\r' + 1;

    private static final byte[] TRACE_FIELD = {'r', 'e', 'c', 'e', 'i', 'v', 'e', 'd', ':'};
    private static final byte[] NEWLINE = {'\r', '\n'};

    private final ContentBuffer sink;
    private final Limits limits;
    private final boolean stuffed;
    private State state = State.LINE_START;
    private boolean done;
    private Optional<Fault> fault = Optional.empty();
    private boolean inHeader = true;
    private boolean emptyLine = true; // nothing stands in this line yet
    private int traceOctets; // of TRACE_FIELD that this line begins with; -1 when it does not
    private int hops;
    private long fieldBegan; // where in the message the field under way begins
    private long octets;
    private int kept; // within the input: from here on it goes into the message

    private DataDecoder(ContentBuffer sink, Limits limits, boolean stuffed) {
        this.sink = sink;
        this.limits = limits;
        this.stuffed = stuffed;
    }

    /** For DATA: dots are stuffed, CRLF.CRLF ends. */
    public static DataDecoder data(ContentBuffer sink, Limits limits) {
        return new DataDecoder(sink, limits, true);
    }

    /** For BDAT (RFC 3030): octets as they are; the caller knows the end. */
    public static DataDecoder chunks(ContentBuffer sink, Limits limits) {
        return new DataDecoder(sink, limits, false);
    }

    /**
     * Takes octets.
     *
     * @return the index behind the last one that belongs to the message: {@code to}, or less when
     *     the end of data was found and {@link #done}
     */
    public int take(byte[] from, int start, int to) {
        int at = start;
        kept = start;
        while (at < to && !done) {
            switch (state) {
                case LINE_START -> {
                    emptyLine = true;
                    traceOctets = 0;
                    if (inHeader) {
                        headerLine(from[at], octets + (at - kept));
                    }
                    if (from[at] != '.') {
                        state = State.TEXT;
                    } else if (stuffed) {
                        keep(from, kept, at);
                        kept = ++at;
                        state = State.DOT;
                    } else {
                        sink.dotLineSeen();
                        state = State.TEXT;
                    }
                }
                case DOT -> {
                    if (from[at] == '\r') {
                        kept = ++at;
                        state = State.DOT_CR;
                    } else {
                        if (from[at] == '.') {
                            sink.dotLineSeen();
                        }
                        state = State.TEXT;
                    }
                }
                case DOT_CR -> {
                    if (from[at] == '\n') {
                        kept = ++at;
                        done = true;
                    } else {
                        fail(Fault.BARE_NEWLINE);
                        state = State.CR; // looks at this octet again
                    }
                }
                case TEXT -> at = text(from, at, to);
                case CR -> at = afterCr(from, at);
            }
        }
        keep(from, kept, at);
        kept = at;
        return at;
    }

    /** In the middle of a line: on to the next octet that means something. */
    private int text(byte[] from, int start, int to) {
        int at = inHeader && traceOctets >= 0 ? field(from, start, to) : start;
        at = skipPlain(from, at, to);
        if (at > start) {
            emptyLine = false;
        }
        if (at < to) {
            switch (from[at++]) {
                case '\r' -> state = State.CR;
                case '\n' -> fail(Fault.BARE_NEWLINE);
                case 0 -> fail(Fault.NUL);
                default -> emptyLine = false; // a tab, or a control that does no harm
            }
        }
        return at;
    }

    /** A line of the header begins, at that octet of the message: RFC 5322 §2.2.3. */
    private void headerLine(byte first, long at) {
        if (at - fieldBegan > limits.fieldOctets()) {
            fail(Fault.HEADER_TOO_LARGE);
        }
        if (first != ' ' && first != '\t') {
            fieldBegan = at;
        }
    }

    private int afterCr(byte[] from, int at) {
        if (from[at] == '\n') {
            if (emptyLine && inHeader) {
                inHeader = false;
                if (octets + (at + 1 - kept) > limits.headerOctets()) {
                    fail(Fault.HEADER_TOO_LARGE);
                }
            }
            state = State.LINE_START;
            return at + 1;
        }
        fail(Fault.BARE_NEWLINE);
        emptyLine = false;
        if (from[at] == '\r') {
            return at + 1;
        }
        state = State.TEXT;
        return at;
    }

    /** Compares the beginning of a header line with "Received:". */
    private int field(byte[] from, int start, int to) {
        int at = start;
        while (at < to && traceOctets >= 0) {
            if ((from[at] | 0x20) != TRACE_FIELD[traceOctets]) { // ':' has that bit too
                traceOctets = -1;
                return at;
            }
            at++;
            traceOctets++;
            if (traceOctets == TRACE_FIELD.length) {
                traceOctets = -1;
                hops++;
                if (hops > limits.hops()) {
                    fail(Fault.TOO_MANY_HOPS);
                }
            }
        }
        return at;
    }

    /** The first octet that is perhaps interesting, eight at a time. */
    private static int skipPlain(byte[] from, int start, int to) {
        int at = start;
        for (; at <= to - Long.BYTES; at += Long.BYTES) {
            long eight = (long) LONGS.get(from, at);
            long low = (eight - ONES * INTERESTING) & ~eight & HIGHS;
            if (low != 0) {
                return at + (Long.numberOfTrailingZeros(low) >>> 3);
            }
        }
        while (at < to && (from[at] < 0 || from[at] >= INTERESTING)) {
            at++;
        }
        return at;
    }

    private void keep(byte[] from, int start, int end) {
        if (start == end || fault.isPresent()) {
            return;
        }
        octets += end - start;
        if (octets > limits.octets()) {
            fail(Fault.TOO_LARGE);
        } else if (inHeader && octets > limits.headerOctets()) {
            fail(Fault.HEADER_TOO_LARGE);
        } else {
            store(from, start, end);
        }
    }

    private void store(byte[] from, int start, int end) {
        try {
            sink.appendScanned(from, start, end - start);
        } catch (IOException full) {
            fail(Fault.STORAGE);
        }
    }

    private void fail(Fault found) {
        if (fault.isEmpty()) {
            fault = Optional.of(found);
            sink.close();
        }
    }

    /** Whether CRLF.CRLF has come. */
    public boolean done() {
        return done;
    }

    /** What is wrong with the message so far. */
    public Optional<Fault> fault() {
        return fault;
    }

    /** Octets taken into the message so far. */
    public long octets() {
        return octets;
    }

    /** The message. A last line without its CRLF, which BDAT allows, is given one. */
    public Result finish() {
        if (!stuffed && octets > 0 && state != State.LINE_START) {
            if (state == State.CR) {
                fail(Fault.BARE_NEWLINE);
            } else {
                keep(NEWLINE, 0, NEWLINE.length);
            }
        }
        if (fault.isEmpty()) {
            try {
                return new Result.Message(sink.finish());
            } catch (IOException full) {
                fail(Fault.STORAGE);
            }
        }
        return new Result.Refused(fault.orElseThrow());
    }

    /** Throws away a message that was not finished. */
    @Override
    public void close() {
        sink.close();
    }
}

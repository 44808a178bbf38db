package postern.wire;

import java.io.Closeable;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import postern.mail.Content;
import postern.mail.ContentBuffer;

/**
 * Turns the octets behind DATA or BDAT into a message: dots are unstuffed (RFC 5321 §4.5.2), and
 * only CRLF.CRLF ends data. Whatever cannot be taken is a {@link Fault}; the message is then thrown
 * away, but its octets are still read to their true end in constant memory, so that they can never
 * be read as commands. The result does not depend on how the input is cut. One thread only.
 *
 * <p>A CR, LF or NUL that stands alone is never passed on: what one server takes for the end of a
 * line another does not, and a message hidden in that gap is a smuggled one (RFC 5321 §2.3.8
 * forbids to send either alone). It is a fault, or where {@link Limits#repairs} an LF becomes CRLF
 * and the others become a space. Dots are stuffed behind CRLF alone (§4.5.2), so behind a repaired
 * LF none is taken off; what then stands alone in its line goes out stuffed.
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
     * @param repairs whether CR, LF and NUL that stand alone are repaired instead of refused
     */
    public record Limits(
            long octets, long headerOctets, long fieldOctets, int hops, boolean repairs) {
        public Limits(long octets, long headerOctets, int hops) {
            this(octets, headerOctets, headerOctets, hops, false);
        }
    }

    /** How the octets come, and what they may be. */
    private enum Form {
        STUFFED,
        CHUNKS,
        BINARY
    }

    /** What the octets turned out to be. */
    public sealed interface Result {
        /** The caller closes it. */
        record Message(Content content) implements Result {}

        record Refused(Fault fault) implements Result {}
    }

    private enum State {
        LINE_START,
        LINE_BEGUN, // behind an LF alone: a line, but no place for a stuffed dot
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

    private static final byte[] TRACE_FIELD = "received:".getBytes(StandardCharsets.US_ASCII);

    /** RFC 8689 §5; there may be white space behind the colon, and behind the end. */
    private static final byte[] TLS_FIELD = "tls-required:no".getBytes(StandardCharsets.US_ASCII);

    private static final int TLS_FIELD_COLON = 13;
    private static final byte[] NEWLINE = {'\r', '\n'};
    private static final byte[] SPACE = {' '};

    private final ContentBuffer sink;
    private final Limits limits;
    private final Form form;
    private State state = State.LINE_START;
    private boolean done;
    private Optional<Fault> fault = Optional.empty();
    private boolean inHeader = true;
    private boolean emptyLine = true; // nothing stands in this line yet
    private byte[] name = TRACE_FIELD; // that this line may begin with
    private int nameOctets; // of it that were seen; -1 when the line begins otherwise
    private boolean tlsWaived;
    private boolean crHeld; // not kept yet, for it may have to be repaired
    private int hops;
    private int delimiters;
    private long fieldBegan; // where in the message the field under way begins
    private long octets;
    private int kept; // within the input: from here on it goes into the message

    private DataDecoder(ContentBuffer sink, Limits limits, Form form) {
        this.sink = sink;
        this.limits = limits;
        this.form = form;
    }

    /** For DATA: dots are stuffed, CRLF.CRLF ends. */
    public static DataDecoder data(ContentBuffer sink, Limits limits) {
        return new DataDecoder(sink, limits, Form.STUFFED);
    }

    /** For BDAT (RFC 3030): octets as they are; the caller knows the end. */
    public static DataDecoder chunks(ContentBuffer sink, Limits limits) {
        return new DataDecoder(sink, limits, Form.CHUNKS);
    }

    /**
     * For BDAT of a message of BODY=BINARYMIME (RFC 3030 §3): behind its header every octet is kept
     * as it is, and nothing is added.
     */
    public static DataDecoder binary(ContentBuffer sink, Limits limits) {
        return new DataDecoder(sink, limits, Form.BINARY);
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
                case LINE_START, LINE_BEGUN -> at = lineStart(from, at, to);
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
                        crHeld = true;
                        state = State.CR; // looks at this octet again
                    }
                }
                case TEXT -> at = text(from, at, to);
                case CR -> at = afterCr(from, at);
            }
        }
        if (state == State.CR && limits.repairs() && at > kept) {
            crHeld = true; // it came last
            keep(from, kept, at - 1);
        } else {
            keep(from, kept, at);
        }
        kept = at;
        return at;
    }

    private int lineStart(byte[] from, int at, int to) {
        emptyLine = true;
        nameOctets = 0;
        if (inHeader) {
            headerLine(from[at], octets + (at - kept));
        } else if (from[at] == '-' && (at + 1 == to || from[at + 1] == '-')) {
            delimiters++;
        }
        boolean unstuffs = form == Form.STUFFED && state == State.LINE_START;
        if (from[at] != '.') {
            state = State.TEXT;
        } else if (unstuffs) {
            keep(from, kept, at);
            kept = at + 1;
            state = State.DOT;
            return at + 1;
        } else {
            sink.dotLineSeen();
            state = State.TEXT;
        }
        return at;
    }

    /** In the middle of a line: on to the next octet that means something. */
    private int text(byte[] from, int start, int to) {
        if (form == Form.BINARY && !inHeader) {
            return to;
        }
        int at = inHeader && nameOctets >= 0 ? field(from, start, to) : start;
        at = inHeader ? skipPlain(from, at, to) : skipLines(from, at, to);
        if (at > start) {
            emptyLine = false;
        }
        if (at < to) {
            switch (from[at++]) {
                case '\r' -> state = State.CR;
                case '\n' -> bareLf(from, at);
                case 0 -> bare(Fault.NUL, from, at);
                default -> emptyLine = false; // a tab, or a control that does no harm
            }
        }
        return at;
    }

    /** An LF alone, just before that index. */
    private void bareLf(byte[] from, int at) {
        if (!limits.repairs()) {
            fail(Fault.BARE_NEWLINE);
            return;
        }
        keep(from, kept, at - 1);
        keep(NEWLINE, 0, NEWLINE.length);
        kept = at;
        endOfLine(at);
        state = State.LINE_BEGUN;
    }

    /** A CR or NUL that must not be there, just before that index. */
    private void bare(Fault what, byte[] from, int at) {
        emptyLine = false;
        if (!limits.repairs()) {
            fail(what);
            return;
        }
        if (crHeld) {
            crHeld = false;
        } else {
            keep(from, kept, at - 1);
        }
        keep(SPACE, 0, SPACE.length);
        kept = at;
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
        if (from[at] != '\n') {
            bare(Fault.BARE_NEWLINE, from, at);
            if (from[at] == '\r') {
                return at + 1;
            }
            state = State.TEXT;
            return at;
        }
        if (crHeld) {
            crHeld = false;
            keep(NEWLINE, 0, 1);
        }
        endOfLine(at + 1);
        state = State.LINE_START;
        return at + 1;
    }

    /** A line is whole; the next begins at that index. */
    private void endOfLine(int at) {
        if (emptyLine && inHeader) {
            inHeader = false;
            if (octets + (at - kept) > limits.headerOctets()) {
                fail(Fault.HEADER_TOO_LARGE);
            }
        }
    }

    /** Compares the beginning of a header line with the fields that mean something here. */
    private int field(byte[] from, int start, int to) {
        int at = start;
        if (nameOctets == 0) {
            name = (from[at] | 0x20) == 't' ? TLS_FIELD : TRACE_FIELD;
        }
        while (at < to && nameOctets >= 0) {
            byte octet = from[at];
            boolean white = octet == ' ' || octet == '\t';
            boolean between = nameOctets == TLS_FIELD_COLON || nameOctets == name.length;
            if (white && between && name == TLS_FIELD) {
                at++;
            } else if (nameOctets == name.length) { // of TLS_FIELD, and there is more
                tlsWaived &= octet == '\r';
                nameOctets = -1;
            } else if (lowerCase(octet) == name[nameOctets]) {
                at++;
                nameOctets++;
                if (nameOctets == name.length) {
                    named();
                }
            } else {
                nameOctets = -1;
            }
        }
        return at;
    }

    private static int lowerCase(byte octet) {
        return octet >= 'A' && octet <= 'Z' ? octet | 0x20 : octet;
    }

    private void named() {
        if (name == TLS_FIELD) {
            tlsWaived = true; // unless more follows
            return;
        }
        nameOctets = -1;
        hops++;
        if (hops > limits.hops()) {
            fail(Fault.TOO_MANY_HOPS);
        }
    }

    /**
     * Over whole lines of the body, as long as none begins with a dot or a hyphen: most octets of
     * most mail.
     */
    private static int skipLines(byte[] from, int start, int to) {
        int at = skipPlain(from, start, to);
        while (at + 2 < to
                && from[at] == '\r'
                && from[at + 1] == '\n'
                && from[at + 2] != '.'
                && from[at + 2] != '-') {
            at = skipPlain(from, at + 2, to);
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

    /**
     * How many multiparts there can be in each other at the most: each but the outermost lies in a
     * part, which begins behind a line of two hyphens (RFC 2046 §5.1.1). In binary content nobody
     * looked at lines.
     */
    public int nestingAtMost() {
        return form == Form.BINARY ? Integer.MAX_VALUE : delimiters + 1;
    }

    /** Octets taken into the message so far. */
    public long octets() {
        return octets;
    }

    /** Whether the header says {@code TLS-Required: No}: RFC 8689 §5. */
    public boolean tlsWaived() {
        return tlsWaived;
    }

    /**
     * The message. A last line without its CRLF, which BDAT allows, is given one, unless the
     * message is binary.
     */
    public Result finish() {
        boolean within = octets > 0 && state != State.LINE_START && state != State.LINE_BEGUN;
        boolean lines = form == Form.CHUNKS || form == Form.BINARY && inHeader;
        if (lines && (within || crHeld)) {
            if (state == State.CR) {
                bare(Fault.BARE_NEWLINE, NEWLINE, 1);
            }
            keep(NEWLINE, 0, NEWLINE.length);
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

package postern.mail;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Looks for lines that begin with a dot, in pieces of any size. */
public final class DotLines {
    private static final VarHandle LONGS =
            MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;
    private static final long DOTS = '.' * ONES;

    private boolean found;
    private boolean lineBegins = true;

    /** Looks through the next octets, wherever in the buffer its position is. */
    public void scan(ByteBuffer octets, int offset, int length) {
        if (found || length == 0) {
            return;
        }
        int end = offset + length;
        if (lineBegins && octets.get(offset) == '.') {
            found = true;
            return;
        }
        int dot = dot(octets, offset + 1, end);
        while (dot < end) {
            if (octets.get(dot - 1) == '\n') {
                found = true;
                return;
            }
            dot = dot(octets, dot + 1, end);
        }
        lineBegins = octets.get(end - 1) == '\n';
    }

    /** The next dot, or {@code end}: eight octets at a time, for there are few. */
    private static int dot(ByteBuffer octets, int start, int end) {
        int at = start;
        for (; at <= end - Long.BYTES; at += Long.BYTES) {
            long other = (long) LONGS.get(octets, at) ^ DOTS;
            long zero = (other - ONES) & ~other & HIGHS;
            if (zero != 0) {
                return at + (Long.numberOfTrailingZeros(zero) >>> 3);
            }
        }
        while (at < end && octets.get(at) != '.') {
            at++;
        }
        return at;
    }

    /** Somebody else has looked, and seen one. */
    public void seen() {
        found = true;
    }

    /** Whether a line so far begins with a dot. */
    public boolean found() {
        return found;
    }
}

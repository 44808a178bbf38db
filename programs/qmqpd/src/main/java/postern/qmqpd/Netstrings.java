package postern.qmqpd;

import java.io.IOException;
import java.util.Arrays;

/**
 * Reads netstrings ({@code 5:hello,}) within one netstring around them all. Lengths are checked
 * against what is left of the outer one before anything is kept. One thread only.
 */
final class Netstrings {
    /** Digits of a length; ten are more than any message has octets. */
    private static final int DIGITS_MAX = 10;

    /** Where the octets come from. */
    interface Source {
        /** At most so many octets into the array from its start on; -1 at the end. */
        int read(byte[] into, int length) throws IOException;
    }

    /** Takes the octets of one. */
    interface Sink {
        void take(byte[] octets, int length);
    }

    /** What came is no netstring, or longer than it may be. */
    static final class Malformed extends IOException {
        private static final long serialVersionUID = 1;

        Malformed(String why) {
            super(why);
        }
    }

    private static final int BLOCK_OCTETS = 16 * 1024;

    private final Source source;
    private final byte[] block = new byte[BLOCK_OCTETS];
    private int at;
    private int end;
    private long left; // of the outer one

    Netstrings(Source source) {
        this.source = source;
    }

    /** Begins with the one around all others. */
    void open(long octetsMax) throws IOException {
        left = DIGITS_MAX + 1;
        long length = length();
        if (length > octetsMax) {
            left = length + 1;
            skip(left); // a client listens when it has said all
            throw new Malformed("longer than " + octetsMax + " octets (#5.3.4)");
        }
        left = length;
    }

    private void skip(long octets) throws IOException {
        long rest = octets;
        while (rest > 0) {
            fill();
            int n = (int) Math.min(rest, end - at);
            at += n;
            rest -= n;
        }
    }

    /** Whether the outer one has nothing more. */
    boolean done() {
        return left == 0;
    }

    /** The comma behind the outer one. */
    void close() throws IOException {
        left = 1;
        comma();
    }

    /** The next one, at once. */
    byte[] next(int octetsMax) throws IOException {
        long length = inner();
        if (length > octetsMax) {
            throw new Malformed("an address of " + length + " octets");
        }
        byte[] octets = new byte[(int) length];
        for (int i = 0; i < octets.length; i++) {
            octets[i] = octet();
        }
        comma();
        return octets;
    }

    /** The next one, as it comes. */
    void next(Sink sink) throws IOException {
        long rest = inner();
        while (rest > 0) {
            fill();
            int n = (int) Math.min(rest, end - at);
            sink.take(at == 0 ? block : Arrays.copyOfRange(block, at, at + n), n);
            at += n;
            left -= n;
            rest -= n;
        }
        comma();
    }

    private long inner() throws IOException {
        long length = length();
        if (length >= left) { // there is a comma behind it
            throw new Malformed("a length beyond the whole");
        }
        return length;
    }

    private long length() throws IOException {
        long length = 0;
        for (int digits = 0; true; digits++) {
            byte octet = octet();
            if (octet == ':' && digits > 0) {
                return length;
            }
            boolean leadingZero = digits == 1 && length == 0;
            if (octet < '0' || octet > '9' || digits == DIGITS_MAX || leadingZero) {
                throw new Malformed("no length of a netstring");
            }
            length = length * 10 + octet - '0';
        }
    }

    private void comma() throws IOException {
        if (octet() != ',') {
            throw new Malformed("no comma behind a netstring");
        }
    }

    private byte octet() throws IOException {
        if (left == 0) {
            throw new Malformed("the whole ends early");
        }
        fill();
        left--;
        return block[at++];
    }

    private void fill() throws IOException {
        if (at == end) {
            at = 0;
            end = source.read(block, block.length);
            if (end < 0) {
                end = 0;
                throw new IOException("closed within a message");
            }
        }
    }
}

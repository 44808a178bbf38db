package postern.spool;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;

/** Writes the payloads of records: big-endian, texts in UTF-8 behind their length. */
final class Encoder {
    private byte[] octets;
    private int length;

    Encoder(int expectedOctets) {
        this.octets = new byte[expectedOctets];
    }

    Encoder octet(int value) {
        room(1);
        octets[length++] = (byte) value;
        return this;
    }

    Encoder flag(boolean value) {
        return octet(value ? 1 : 0);
    }

    Encoder number(int value) {
        room(Integer.BYTES);
        ByteBuffer.wrap(octets).putInt(length, value);
        length += Integer.BYTES;
        return this;
    }

    Encoder number(long value) {
        room(Long.BYTES);
        ByteBuffer.wrap(octets).putLong(length, value);
        length += Long.BYTES;
        return this;
    }

    /** Seven bits an octet, lowest first, the highest bit set on all but the last. */
    Encoder count(int value) {
        int rest = value;
        while ((rest & ~0x7f) != 0) {
            octet(rest & 0x7f | 0x80);
            rest >>>= 7;
        }
        return octet(rest);
    }

    Encoder instant(Instant value) {
        return number(value.getEpochSecond()).number(value.getNano());
    }

    Encoder text(String value) {
        byte[] encoded = value.getBytes(StandardCharsets.UTF_8);
        count(encoded.length);
        room(encoded.length);
        System.arraycopy(encoded, 0, octets, length, encoded.length);
        length += encoded.length;
        return this;
    }

    int length() {
        return length;
    }

    ByteBuffer encoded() {
        return ByteBuffer.wrap(octets, 0, length);
    }

    private void room(int more) {
        if (length + more > octets.length) {
            octets = Arrays.copyOf(octets, Math.max(length + more, 2 * octets.length));
        }
    }
}

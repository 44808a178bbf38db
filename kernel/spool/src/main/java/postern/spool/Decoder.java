package postern.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;

/** Reads what {@link Encoder} wrote. Everything it cannot read is an {@link IOException}. */
final class Decoder {
    private final ByteBuffer in;

    Decoder(ByteBuffer payload) {
        this.in = payload.duplicate();
    }

    int octet() throws IOException {
        has(1);
        return in.get() & 0xff;
    }

    boolean flag() throws IOException {
        return octet() != 0;
    }

    int number() throws IOException {
        has(Integer.BYTES);
        return in.getInt();
    }

    long longNumber() throws IOException {
        has(Long.BYTES);
        return in.getLong();
    }

    int count() throws IOException {
        int value = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            int octet = octet();
            value |= (octet & 0x7f) << shift;
            if (octet < 0x80) {
                return atLeastNothing(value);
            }
        }
        throw new IOException("a count is too long");
    }

    private static int atLeastNothing(int value) throws IOException {
        if (value < 0) {
            throw new IOException("a count is negative");
        }
        return value;
    }

    /** How many items follow, each of at least one octet. */
    int items() throws IOException {
        int items = count();
        has(items);
        return items;
    }

    Instant instant() throws IOException {
        try {
            return Instant.ofEpochSecond(longNumber(), number());
        } catch (DateTimeException | ArithmeticException outside) {
            throw new IOException("a time outside of time", outside);
        }
    }

    String text() throws IOException {
        int length = items();
        byte[] octets = new byte[length];
        in.get(octets);
        return new String(octets, StandardCharsets.UTF_8);
    }

    private void has(int octets) throws IOException {
        if (in.remaining() < octets) {
            throw new IOException("a record's payload ends early");
        }
    }
}

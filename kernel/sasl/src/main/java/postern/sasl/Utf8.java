package postern.sasl;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Octets as text, where they are UTF-8 and hold no NUL. */
final class Utf8 {
    private Utf8() {}

    static Optional<String> text(byte[] octets, int from, int to) {
        try {
            String text =
                    StandardCharsets.UTF_8
                            .newDecoder() // reports malformed input, unlike String
                            .decode(ByteBuffer.wrap(octets, from, to - from))
                            .toString();
            return text.indexOf(0) < 0 ? Optional.of(text) : Optional.empty();
        } catch (CharacterCodingException malformed) {
            return Optional.empty();
        }
    }

    static Optional<String> text(byte[] octets) {
        return text(octets, 0, octets.length);
    }

    static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

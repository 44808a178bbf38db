package postern.mail;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The xtext encoding of RFC 3461 §4: printable ASCII without {@code +}, {@code =} and space; all
 * else as {@code +HH}.
 */
public final class Xtext {
    private static final String HEX = "0123456789ABCDEF";

    private Xtext() {}

    public static String encode(String text) {
        StringBuilder out = new StringBuilder(text.length() + 8);
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            if (plain(octet)) {
                out.append((char) octet);
            } else {
                out.append('+').append(HEX.charAt(octet >> 4 & 15)).append(HEX.charAt(octet & 15));
            }
        }
        return out.toString();
    }

    /** The decoded text; empty when it is no xtext. */
    public static Optional<String> decode(String xtext) {
        byte[] octets = new byte[xtext.length()];
        int length = 0;
        for (int i = 0; i < xtext.length(); i++) {
            char c = xtext.charAt(i);
            if (c == '+') {
                if (i + 2 > xtext.length() - 1) {
                    return Optional.empty();
                }
                int high = HEX.indexOf(xtext.charAt(i + 1));
                int low = HEX.indexOf(xtext.charAt(i + 2));
                if (high < 0 || low < 0) {
                    return Optional.empty();
                }
                octets[length++] = (byte) (high << 4 | low);
                i += 2;
            } else if (c < 0x80 && plain((byte) c)) {
                octets[length++] = (byte) c;
            } else {
                return Optional.empty();
            }
        }
        return Optional.of(new String(octets, 0, length, StandardCharsets.UTF_8));
    }

    private static boolean plain(byte octet) {
        return octet > ' ' && octet < 0x7f && octet != '+' && octet != '=';
    }
}

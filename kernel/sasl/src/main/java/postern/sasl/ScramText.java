package postern.sasl;

import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** The words of SCRAM's messages: RFC 5802 §5.1, §7. */
final class ScramText {
    private static final int NONCE_OCTETS = 18;

    private ScramText() {}

    /** Printable, without a comma. */
    static String nonce(RandomGenerator secrets) {
        byte[] octets = new byte[NONCE_OCTETS];
        secrets.nextBytes(octets);
        return base64(octets);
    }

    static String base64(byte[] octets) {
        return Base64.getEncoder().encodeToString(octets);
    }

    static Optional<byte[]> octets(String base64) {
        try {
            return Optional.of(Base64.getDecoder().decode(base64));
        } catch (IllegalArgumentException noBase64) {
            return Optional.empty();
        }
    }

    /** The value of the field {@code letter=value} at that place; empty where there is another. */
    static Optional<String> field(List<String> fields, int at, char letter) {
        if (at >= fields.size()) {
            return Optional.empty();
        }
        String field = fields.get(at);
        boolean it = field.length() >= 2 && field.charAt(0) == letter && field.charAt(1) == '=';
        return it ? Optional.of(field.substring(2)) : Optional.empty();
    }

    /** RFC 5802 §5.1: commas and equal signs of names are written =2C and =3D. */
    static Optional<String> name(String saslName) {
        StringBuilder out = new StringBuilder(saslName.length());
        int i = 0;
        while (i < saslName.length()) {
            char c = saslName.charAt(i);
            if (c != '=') {
                out.append(c);
                i++;
            } else if (saslName.startsWith("=2C", i)) {
                out.append(',');
                i += 3;
            } else if (saslName.startsWith("=3D", i)) {
                out.append('=');
                i += 3;
            } else {
                return Optional.empty();
            }
        }
        return Optional.of(out.toString());
    }

    static String saslName(String name) {
        return name.replace("=", "=3D").replace(",", "=2C");
    }

    static byte[] xor(byte[] a, byte[] b) {
        byte[] out = a.clone();
        for (int i = 0; i < out.length; i++) {
            out[i] = (byte) (out[i] ^ b[i]);
        }
        return out;
    }
}

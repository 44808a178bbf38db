package postern.tls;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/**
 * PEM as OpenSSL and certificate authorities write it (RFC 7468): blocks between BEGIN and END;
 * what stands outside of them is commentary. Private keys in PKCS#8 (RFC 5208), PKCS#1 (RFC 8017
 * A.1.2) and SEC1 (RFC 5915).
 */
final class Pem {
    private static final String BEGIN = "-----BEGIN ";
    private static final String END = "-----END ";
    private static final String DASHES = "-----";

    private static final int SEQUENCE = 0x30;
    private static final int INTEGER = 0x02;
    private static final int OCTET_STRING = 0x04;
    private static final int CURVE = 0xa0; // [0] of RFC 5915 §3
    private static final byte[] VERSION_0 = {INTEGER, 1, 0};
    private static final byte[] VERSION_1 = {INTEGER, 1, 1};

    /** SEQUENCE { rsaEncryption, NULL }. */
    private static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500");

    /** id-ecPublicKey. */
    private static final byte[] EC = HexFormat.of().parseHex("06072a8648ce3d0201");

    private Pem() {}

    /** One block: its label and what it holds. */
    record Block(String label, byte[] octets) {}

    /** It is not what it should be; the message says why, for the operator. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1;

        Malformed(String why) {
            super(why);
        }
    }

    static List<Block> blocks(String text) throws Malformed {
        List<Block> blocks = new ArrayList<>();
        int at = text.indexOf(BEGIN);
        while (at >= 0) {
            int labelEnd = text.indexOf(DASHES, at + BEGIN.length());
            if (labelEnd < 0) {
                throw new Malformed("a BEGIN line without its end");
            }
            String label = text.substring(at + BEGIN.length(), labelEnd);
            int from = labelEnd + DASHES.length();
            int end = text.indexOf(END + label + DASHES, from);
            if (end < 0) {
                throw new Malformed("no END line for " + label);
            }
            String body = text.substring(from, end);
            if (label.equals("ENCRYPTED PRIVATE KEY") || body.contains("Proc-Type:")) {
                throw new Malformed("the key is encrypted; write it without a passphrase");
            }
            try {
                blocks.add(new Block(label, Base64.getMimeDecoder().decode(body)));
            } catch (IllegalArgumentException noBase64) {
                throw new Malformed(label + " is no base64");
            }
            at = text.indexOf(BEGIN, end);
        }
        return blocks;
    }

    static String text(String label, byte[] octets) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(octets);
        return BEGIN + label + DASHES + "\n" + base64 + "\n" + END + label + DASHES + "\n";
    }

    /** Whether the block is a private key. */
    static boolean key(Block block) {
        return block.label().endsWith("PRIVATE KEY");
    }

    static PrivateKey privateKey(Block block) throws Malformed {
        byte[] pkcs8 =
                switch (block.label()) {
                    case "PRIVATE KEY" -> block.octets();
                    case "RSA PRIVATE KEY" ->
                            der(SEQUENCE, VERSION_0, RSA, der(OCTET_STRING, block.octets()));
                    case "EC PRIVATE KEY" -> fromSec1(block.octets());
                    default -> throw new Malformed("an unknown kind of key: " + block.label());
                };
        for (String algorithm : List.of("EC", "RSA", "EdDSA", "RSASSA-PSS")) {
            try {
                return KeyFactory.getInstance(algorithm)
                        .generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (GeneralSecurityException another) {
                // the algorithm stands inside; whoever knows it reads it
            }
        }
        throw new Malformed("the key is neither RSA, EC nor EdDSA, or is damaged");
    }

    /** ECPrivateKey of RFC 5915 §3: version, key, [0] curve, [1] public key. */
    private static byte[] fromSec1(byte[] sec1) throws Malformed {
        Der outer = new Der(sec1, 0).expect(SEQUENCE);
        Der version = new Der(sec1, outer.from()).expect(INTEGER);
        Der secret = new Der(sec1, version.to()).expect(OCTET_STRING);
        if (secret.to() >= outer.to()) {
            throw new Malformed("the EC key does not name its curve");
        }
        Der curve = new Der(sec1, secret.to()).expect(CURVE);
        byte[] inner = der(SEQUENCE, VERSION_1, der(OCTET_STRING, secret.content()));
        byte[] algorithm = der(SEQUENCE, EC, curve.content());
        return der(SEQUENCE, VERSION_0, algorithm, der(OCTET_STRING, inner));
    }

    private static byte[] der(int tag, byte[]... parts) {
        var content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        var out = new ByteArrayOutputStream();
        out.write(tag);
        int length = content.size();
        if (length < 0x80) {
            out.write(length);
        } else if (length < 0x100) {
            out.write(0x81);
            out.write(length);
        } else {
            out.write(0x82); // no key is longer than 64 KiB
            out.write(length >> 8);
            out.write(length);
        }
        out.writeBytes(content.toByteArray());
        return out.toByteArray();
    }

    /** An element of DER that begins at an index. */
    private record Der(byte[] octets, int tag, int from, int to) {
        Der(byte[] octets, int at) throws Malformed {
            this(octets, octet(octets, at), contentStart(octets, at), contentEnd(octets, at));
        }

        Der expect(int wanted) throws Malformed {
            if (tag != wanted || to > octets.length) {
                throw new Malformed("the EC key is damaged");
            }
            return this;
        }

        byte[] content() {
            return Arrays.copyOfRange(octets, from, to);
        }

        private static int octet(byte[] octets, int at) throws Malformed {
            if (at >= octets.length) {
                throw new Malformed("the key is cut off");
            }
            return octets[at] & 0xff;
        }

        private static int contentStart(byte[] octets, int at) throws Malformed {
            int first = octet(octets, at + 1);
            return first < 0x80 ? at + 2 : at + 2 + (first & 0x7f);
        }

        private static int contentEnd(byte[] octets, int at) throws Malformed {
            int first = octet(octets, at + 1);
            int start = contentStart(octets, at);
            if (first < 0x80) {
                return start + first;
            }
            int length = 0;
            for (int i = at + 2; i < start; i++) {
                length = length << 8 | octet(octets, i);
                if (length > 0xffff) {
                    throw new Malformed("the key is too long");
                }
            }
            return start + length;
        }
    }
}

package postern.tls;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import postern.base.Bug;
import postern.tls.Pem.Block;
import postern.tls.Pem.Malformed;

/** Public keys in PEM: PUBLIC KEY (RFC 7468 §13) and those of certificates. */
public final class PublicKeys {
    private static final List<String> KINDS = List.of("RSA", "EC", "EdDSA");

    private PublicKeys() {}

    /**
     * In the order of the text.
     *
     * @throws IllegalArgumentException there is none, one is damaged or of a kind that is not
     *     known, or a private key stands there; the message says why
     */
    public static List<PublicKey> of(String pem) {
        try {
            List<PublicKey> keys = new ArrayList<>();
            for (Block block : Pem.blocks(pem)) {
                if (Pem.key(block)) {
                    throw new Malformed("a private key stands in it");
                }
                if (block.label().equals("PUBLIC KEY")) {
                    keys.add(key(block));
                }
            }
            Credential.certificates(pem).forEach(each -> keys.add(each.getPublicKey()));
            if (keys.isEmpty()) {
                throw new Malformed("there is no PUBLIC KEY in it");
            }
            return keys;
        } catch (Malformed malformed) {
            throw new IllegalArgumentException(malformed.getMessage(), malformed);
        }
    }

    /** The kind stands inside, and each factory takes its own alone. */
    private static PublicKey key(Block block) throws Malformed {
        for (String kind : KINDS) {
            KeyFactory factory;
            try {
                factory = KeyFactory.getInstance(kind);
            } catch (GeneralSecurityException missing) {
                throw new Bug("the platform knows keys of the kind " + kind, missing);
            }
            try {
                return factory.generatePublic(new X509EncodedKeySpec(block.octets()));
            } catch (GeneralSecurityException another) {
                // of another kind, or damaged
            }
        }
        throw new Malformed("a PUBLIC KEY is damaged, or neither RSA, EC nor EdDSA");
    }
}

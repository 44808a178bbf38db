package postern.smtp;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import postern.dns.Resolver.Tlsa;
import postern.testkit.FakeMx;
import postern.tls.Credential;
import postern.tls.ServerTls;
import postern.tls.TlsPeer;

/**
 * Certificates for hosts that are tested: leaves by the names of their files, under {@code mid},
 * under {@code ca}; {@code self} under none.
 */
final class Pki {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private Pki() {}

    static String pem(String name) {
        try (InputStream in = Pki.class.getResourceAsStream("tls/" + name + ".pem")) {
            if (in == null) {
                throw new IllegalArgumentException("no certificate is called " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException gone) {
            throw new java.io.UncheckedIOException(gone);
        }
    }

    static Path file(String name) {
        try {
            var url = Pki.class.getResource("tls/" + name + ".pem");
            if (url == null) {
                throw new IllegalArgumentException("no certificate is called " + name);
            }
            return Path.of(url.toURI());
        } catch (URISyntaxException odd) {
            throw new IllegalArgumentException(odd);
        }
    }

    static Credential credential(String name) {
        return switch (Credential.parse(pem(name), pem(name))) {
            case Credential.Parsed.Usable(Credential credential) -> credential;
            case Credential.Parsed.Unusable(String why) -> throw new IllegalArgumentException(why);
        };
    }

    static FakeMx.Sealing sealing(String name) {
        ServerTls tls = ServerTls.of(List.of(credential(name)), false, "");
        return plain -> tls.accept(plain, LIMIT);
    }

    /**
     * The same with ears.
     *
     * @param asked hears the names that clients ask for
     */
    static FakeMx.Sealing sealing(String name, List<String> asked) {
        ServerTls tls = ServerTls.of(List.of(credential(name)), false, "");
        return plain -> {
            TlsPeer peer = tls.accept(plain, LIMIT);
            asked.addAll(peer.requestedNames());
            return peer;
        };
    }

    /** The certificate of a name: of a leaf itself, or of an authority. */
    static X509Certificate certificate(String name) {
        if (!name.equals("ca") && !name.equals("mid")) {
            return credential(name).chain().getFirst();
        }
        for (X509Certificate each : credential("good").chain()) {
            if (name.equals("mid") && each.getSubjectX500Principal().getName().contains("inter")) {
                return each;
            }
        }
        throw new IllegalArgumentException(name);
    }

    /**
     * @param text {@code 3 1 1 good}: usage, selector, matching, whose
     */
    static Tlsa tlsa(String text) {
        String[] words = text.strip().split(" ", -1);
        int selector = Integer.parseInt(words[1]);
        int matching = Integer.parseInt(words[2]);
        return new Tlsa(
                Integer.parseInt(words[0]), selector, matching, data(words[3], selector, matching));
    }

    private static byte[] data(String whose, int selector, int matching) {
        if (whose.equals("junk")) {
            return new byte[] {1, 2, 3};
        }
        try {
            X509Certificate certificate = certificate(whose);
            byte[] selected =
                    selector == 1
                            ? certificate.getPublicKey().getEncoded()
                            : certificate.getEncoded();
            return switch (matching) {
                case 1 -> MessageDigest.getInstance("SHA-256").digest(selected);
                case 2 -> MessageDigest.getInstance("SHA-512").digest(selected);
                default -> selected;
            };
        } catch (GeneralSecurityException broken) {
            throw new IllegalStateException(broken);
        }
    }
}

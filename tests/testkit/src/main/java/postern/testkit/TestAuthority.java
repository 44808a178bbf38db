package postern.testkit;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import postern.base.Bug;

/**
 * An authority that issues certificates for tests; all it issued, with the keys, is in memory. One
 * thread only.
 */
public final class TestAuthority {
    private static final char[] PASSWORD = "changeit".toCharArray();
    private static final Duration AGE = Duration.ofHours(1);
    private static final Duration LIFE = Duration.ofDays(90);

    private final Issued ourselves;
    private final Map<String, Issued> issued = new HashMap<>();
    private long serial = 1;

    /**
     * @param chain the certificate of the key and who vouches for it
     */
    private record Issued(KeyPair keys, List<X509Certificate> chain) {
        X509Certificate certificate() {
            return chain.getFirst();
        }
    }

    /**
     * What a certificate says.
     *
     * @param name its subject's CN
     * @param hosts alternative names, with @ of mailboxes; none: no such extension
     */
    private record Wish(String name, List<String> hosts, Instant begin, Instant end) {
        Wish(String name, String... hosts) {
            this(name, List.of(hosts), Instant.now().minus(AGE), Instant.now().plus(LIFE));
        }
    }

    private TestAuthority() {
        KeyPair keys = elliptic();
        Wish wish = new Wish("Test Authority");
        ourselves = new Issued(keys, List.of(sign(wish, keys, null)));
    }

    /** A new one. */
    public static TestAuthority create() {
        return new TestAuthority();
    }

    /**
     * Issues a certificate for hosts of those names, and mailboxes where there is an @ in it, valid
     * now, with an elliptic key.
     *
     * @param alias by which it is asked for later; its CN
     */
    public TestAuthority issue(String alias, String... names) {
        return issue(alias, new Wish(alias, names), elliptic());
    }

    /** Issues one with an RSA key, for who does not know others. */
    public TestAuthority issueRsa(String alias, String name) {
        return issue(alias, new Wish(name, name), keys("RSA", 2048));
    }

    /** Issues one that has its name as CN only. */
    public TestAuthority issueNamed(String alias, String name) {
        return issue(alias, new Wish(name), elliptic());
    }

    /** Issues one whose time is over. */
    public TestAuthority issueExpired(String alias, String name) {
        Instant now = Instant.now();
        Instant begin = now.minus(Duration.ofDays(10));
        Wish wish = new Wish(alias, List.of(name), begin, now.minus(Duration.ofDays(5)));
        return issue(alias, wish, elliptic());
    }

    /** A certificate that nobody issued but itself. */
    public TestAuthority selfSigned(String alias, String name) {
        KeyPair keys = elliptic();
        issued.put(alias, new Issued(keys, List.of(sign(new Wish(alias, name), keys, null))));
        return this;
    }

    private TestAuthority issue(String alias, Wish wish, KeyPair keys) {
        X509Certificate certificate = sign(wish, keys, ourselves);
        issued.put(alias, new Issued(keys, List.of(certificate, ourselves.certificate())));
        return this;
    }

    /**
     * @param signer null: the key signs itself, and may sign others
     */
    private X509Certificate sign(
            Wish wish, KeyPair keys, @org.jspecify.annotations.Nullable Issued signer) {
        try {
            X500Principal subject = new X500Principal("CN=" + wish.name());
            var builder =
                    new JcaX509v3CertificateBuilder(
                            signer == null
                                    ? subject
                                    : signer.certificate().getSubjectX500Principal(),
                            BigInteger.valueOf(serial++),
                            Date.from(wish.begin()),
                            Date.from(wish.end()),
                            subject,
                            keys.getPublic());
            KeyPair signing = signer == null ? keys : signer.keys();
            var identifiers = new JcaX509ExtensionUtils();
            builder.addExtension(
                    Extension.subjectKeyIdentifier,
                    false,
                    identifiers.createSubjectKeyIdentifier(keys.getPublic()));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    identifiers.createAuthorityKeyIdentifier(signing.getPublic()));
            if (wish.hosts().isEmpty() && signer == null) {
                builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
            }
            if (!wish.hosts().isEmpty()) {
                Stream<GeneralName> names = wish.hosts().stream().map(TestAuthority::alternative);
                builder.addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(names.toArray(GeneralName[]::new)));
            }
            var made =
                    builder.build(
                            new JcaContentSignerBuilder("SHA256withECDSA")
                                    .build(signing.getPrivate()));
            return new JcaX509CertificateConverter().getCertificate(made);
        } catch (IOException | GeneralSecurityException | OperatorCreationException broken) {
            throw new Bug("a certificate can be made", broken);
        }
    }

    private static GeneralName alternative(String name) {
        return new GeneralName(
                name.contains("@") ? GeneralName.rfc822Name : GeneralName.dNSName, name);
    }

    private static KeyPair elliptic() {
        return keys("EC", 256);
    }

    private static KeyPair keys(String algorithm, int bits) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            generator.initialize(bits);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException broken) {
            throw new Bug("the platform makes keys", broken);
        }
    }

    /** What a server needs that shows the certificate of that name. */
    public SSLContext server(String alias) {
        try {
            Issued shown = issued(alias);
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry(
                    alias,
                    shown.keys().getPrivate(),
                    PASSWORD,
                    shown.chain().toArray(X509Certificate[]::new));
            var factory = KeyManagerFactory.getInstance("PKIX");
            factory.init(store, PASSWORD);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(factory.getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException | IOException broken) {
            throw new Bug("the platform has TLS", broken);
        }
    }

    /** The authority's own certificate, as PEM. */
    public String pem() {
        return pem(ourselves.certificate());
    }

    /** A certificate, its chain and its key, as PEM. */
    public String credential(String alias) {
        Issued asked = issued(alias);
        StringBuilder text =
                new StringBuilder(pem("PRIVATE KEY", asked.keys().getPrivate().getEncoded()));
        asked.chain().forEach(each -> text.append(pem(each)));
        return text.toString();
    }

    private Issued issued(String alias) {
        Issued found = issued.get(alias);
        if (found == null) {
            throw new Bug("nothing was issued as " + alias);
        }
        return found;
    }

    private static String pem(X509Certificate certificate) {
        try {
            return pem("CERTIFICATE", certificate.getEncoded());
        } catch (GeneralSecurityException broken) {
            throw new Bug("a certificate can be written", broken);
        }
    }

    private static String pem(String label, byte[] octets) {
        var encoder = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                .formatted(label, encoder.encodeToString(octets), label);
    }
}

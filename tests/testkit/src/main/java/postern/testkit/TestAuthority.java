package postern.testkit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import postern.base.Bug;

/**
 * An authority that issues certificates for tests, by the JDK's keytool. Its own key, and all that
 * it issued, lie in one file. One thread only.
 */
public final class TestAuthority {
    private static final String PASSWORD = "changeit";
    private static final String OURSELVES = "authority";
    private static final int SECONDS_MAX = 60;

    private final Path file;

    private TestAuthority(Path file) {
        this.file = file;
    }

    /** A new one, with its file in that folder. */
    public static TestAuthority in(Path folder) {
        var authority = new TestAuthority(folder.resolve("authority.p12"));
        authority.keytool(
                List.of("-alias", OURSELVES, "-dname", "CN=Test Authority", "-ext", "bc:c"));
        return authority;
    }

    /**
     * Issues a certificate for hosts of those names, valid now.
     *
     * @param alias by which it is asked for later
     */
    public TestAuthority issue(String alias, String... names) {
        List<String> alternatives = new ArrayList<>();
        for (String name : names) {
            alternatives.add("dns:" + name);
        }
        return issue(
                alias,
                List.of("-dname", "CN=" + alias, "-ext", "san=" + String.join(",", alternatives)));
    }

    /**
     * Issues one by what else keytool is told.
     *
     * @param more {@code -dname} and others
     */
    public TestAuthority issue(String alias, List<String> more) {
        List<String> arguments = new ArrayList<>(List.of("-alias", alias, "-signer", OURSELVES));
        arguments.addAll(more);
        keytool(arguments);
        return this;
    }

    /** A certificate that nobody issued but itself. */
    public TestAuthority selfSigned(String alias, String name) {
        keytool(List.of("-alias", alias, "-dname", "CN=" + alias, "-ext", "san=dns:" + name));
        return this;
    }

    private void keytool(List<String> arguments) {
        Path tool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        List<String> command = new ArrayList<>(List.of(tool.toString(), "-genkeypair"));
        command.addAll(List.of("-storetype", "PKCS12"));
        if (!arguments.contains("-keyalg")) {
            command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1"));
        }
        command.addAll(List.of("-storepass", PASSWORD, "-keystore", file.toString()));
        command.addAll(arguments);
        try {
            Path said = Files.createTempFile("keytool", ".log");
            Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(said.toFile())
                            .start();
            boolean ended = process.waitFor(SECONDS_MAX, TimeUnit.SECONDS);
            String words = Files.readString(said);
            Files.delete(said);
            if (!ended || process.exitValue() != 0) {
                throw new Bug("keytool: " + words);
            }
        } catch (IOException failed) {
            throw new Bug("keytool runs", failed);
        } catch (InterruptedException interrupted) {
            throw new Bug("nobody interrupts", interrupted);
        }
    }

    /** What a server needs that shows the certificate of that name. */
    public SSLContext server(String alias) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry(alias, key(alias), PASSWORD.toCharArray(), chain(alias));
            var factory = KeyManagerFactory.getInstance("PKIX");
            factory.init(store, PASSWORD.toCharArray());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(factory.getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException | IOException broken) {
            throw new Bug("the platform has TLS", broken);
        }
    }

    /** The authority's own certificate, as PEM. */
    public String pem() {
        try {
            return pem("CERTIFICATE", chain(OURSELVES)[0].getEncoded());
        } catch (GeneralSecurityException broken) {
            throw new Bug("a certificate can be written", broken);
        }
    }

    /** A certificate, its chain and its key, as PEM. */
    public String credential(String alias) {
        try {
            StringBuilder text = new StringBuilder(pem("PRIVATE KEY", key(alias).getEncoded()));
            for (Certificate each : chain(alias)) {
                text.append(pem("CERTIFICATE", each.getEncoded()));
            }
            return text.toString();
        } catch (GeneralSecurityException broken) {
            throw new Bug("a certificate can be written", broken);
        }
    }

    private static String pem(String label, byte[] octets) {
        var encoder = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                .formatted(label, encoder.encodeToString(octets), label);
    }

    private Key key(String alias) {
        try {
            return store().getKey(alias, PASSWORD.toCharArray());
        } catch (GeneralSecurityException broken) {
            throw new Bug("keytool wrote it", broken);
        }
    }

    private Certificate[] chain(String alias) {
        try {
            return store().getCertificateChain(alias);
        } catch (GeneralSecurityException broken) {
            throw new Bug("keytool wrote it", broken);
        }
    }

    private KeyStore store() {
        try {
            return KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray());
        } catch (GeneralSecurityException | IOException broken) {
            throw new Bug("keytool wrote it", broken);
        }
    }
}

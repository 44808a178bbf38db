package postern.smtpd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import postern.tls.Credential;

/** Certificates that sign themselves, made by keytool. */
final class TestCertificates {
    private static final char[] PASSWORD = "changeit".toCharArray();

    /** For mx.example.org; made once. */
    static final Credential MX = credential("mx.example.org");

    private TestCertificates() {}

    private static Credential credential(String host) {
        String pem = pem(host);
        return switch (Credential.parse(pem, pem)) {
            case Credential.Parsed.Usable(Credential credential) -> credential;
            case Credential.Parsed.Unusable(String why) -> throw new AssertionError(why);
        };
    }

    private static String pem(String host) {
        try {
            Path folder = Files.createTempDirectory("certificate");
            Path file = folder.resolve("key.p12");
            String keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
            Process process =
                    new ProcessBuilder(
                                    keytool,
                                    "-genkeypair",
                                    "-alias",
                                    "a",
                                    "-keyalg",
                                    "EC",
                                    "-groupname",
                                    "secp256r1",
                                    "-dname",
                                    "CN=" + host,
                                    "-ext",
                                    "SAN=dns:" + host,
                                    "-storetype",
                                    "PKCS12",
                                    "-storepass",
                                    "changeit",
                                    "-keystore",
                                    file.toString())
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new AssertionError("keytool failed");
            }
            KeyStore store = KeyStore.getInstance(file.toFile(), PASSWORD);
            Key key = store.getKey("a", PASSWORD);
            Certificate certificate = store.getCertificate("a");
            Files.delete(file);
            Files.delete(folder);
            return block("CERTIFICATE", certificate.getEncoded())
                    + block("PRIVATE KEY", key.getEncoded());
        } catch (IOException | GeneralSecurityException | InterruptedException failed) {
            throw new AssertionError(failed);
        }
    }

    private static String block(String label, byte[] octets) {
        String base64 = Base64.getMimeEncoder().encodeToString(octets);
        return "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n";
    }
}

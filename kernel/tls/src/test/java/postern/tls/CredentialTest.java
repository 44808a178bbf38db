package postern.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import postern.tls.Credential.Parsed;

/** PEM as OpenSSL writes it; the files were made by it. */
final class CredentialTest {

    static String file(String name) throws IOException {
        try (InputStream in = CredentialTest.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException("no such resource: " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    static Credential usable(String chain, String key) throws IOException {
        return switch (Credential.parse(file(chain), file(key))) {
            case Parsed.Usable(Credential credential) -> credential;
            case Parsed.Unusable(String why) -> throw new AssertionError(why);
        };
    }

    @ParameterizedTest
    @CsvSource({
        "chain-upside-down.pem, ec-sec1.key, EC", // RFC 5915
        "chain-upside-down.pem, ec-pkcs8.key, EC", // RFC 5208
        "rsa.pem, rsa-pkcs1.key, RSA", // RFC 8017 A.1.2
        "rsa.pem, rsa-pkcs8.key, RSA",
        "ed-all.pem, ed-all.pem, EdDSA", // RFC 8410
    })
    void everyKindOfKey(String chain, String key, String algorithm) throws IOException {
        Credential credential = usable(chain, key);
        assertThat(credential.key().getAlgorithm()).isEqualTo(algorithm);
        String secret = credential.secretText();
        assertThat(Credential.parse(secret, secret)).isEqualTo(new Parsed.Usable(credential));
        assertThat(credential.toString()).doesNotContain("PRIVATE");
    }

    @Test
    void chainIsPutInOrder() throws IOException {
        assertThat(usable("chain-upside-down.pem", "ec-sec1.key").chain())
                .extracting(X509Certificate::getSubjectX500Principal)
                .extracting(Object::toString)
                .containsExactly("CN=ec", "CN=Test Intermediate", "CN=Test Root");
    }

    @ParameterizedTest
    @CsvSource({
        "rsa.pem, ec-sec1.key, the private key belongs to none of the certificates",
        "rsa.pem, rsa-encrypted.key, the key is encrypted; write it without a passphrase",
        "rsa.pem, rsa-encrypted-pkcs1.key, the key is encrypted; write it without a passphrase",
        "rsa.pem, rsa.pem, there is no PRIVATE KEY in it",
        "rsa-pkcs8.key, rsa-pkcs8.key, there is no CERTIFICATE in it",
    })
    void whatDoesNotFitIsExplained(String chain, String key, String why) throws IOException {
        assertThat(Credential.parse(file(chain), file(key))).isEqualTo(new Parsed.Unusable(why));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 20, 100, 200, 250})
    void damagedKeysAreNoKeys(int octets) throws IOException {
        String key = file("ec-sec1.key");
        String begin = "-----BEGIN EC PRIVATE KEY-----\n";
        int from = key.indexOf(begin) + begin.length();
        String cut = key.substring(0, from) + key.substring(from + octets);
        assertThat(Credential.parse(file("chain-upside-down.pem"), cut))
                .isInstanceOf(Parsed.Unusable.class);
    }

    @Test
    void namesAreCoveredByRfc6125() throws IOException {
        Credential credential = usable("rsa.pem", "rsa-pkcs1.key");
        assertThat(List.of("ec.example.org", "EC.Example.ORG", "a.wild.example.org"))
                .allMatch(credential::covers);
        assertThat(List.of("example.org", "wild.example.org", "a.b.wild.example.org", "rsa", ""))
                .noneMatch(credential::covers);
    }
}

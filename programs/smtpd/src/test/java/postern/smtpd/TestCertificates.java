package postern.smtpd;

import postern.testkit.TestAuthority;
import postern.tls.Credential;

/** Certificates that sign themselves. */
final class TestCertificates {
    /** For mx.example.org; made once. */
    static final Credential MX = credential("mx.example.org");

    private TestCertificates() {}

    private static Credential credential(String host) {
        String pem = TestAuthority.create().selfSigned(host, host).credential(host);
        return switch (Credential.parse(pem, pem)) {
            case Credential.Parsed.Usable(Credential credential) -> credential;
            case Credential.Parsed.Unusable(String why) -> throw new AssertionError(why);
        };
    }
}

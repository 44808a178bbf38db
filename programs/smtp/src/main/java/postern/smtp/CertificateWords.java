package postern.smtp;

import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.List;
import postern.base.Digest;
import postern.tls.CertificateNames;

/** What an operator wants to know of a certificate, in a line. */
final class CertificateWords {
    private static final int NAMES_SHOWN = 5;
    private static final int CHARS_MAX = 200; // of what the host made up

    private CertificateWords() {}

    /** For whom, by whom, for how long, and by which fingerprints a policy may name it. */
    static String of(X509Certificate certificate) {
        List<String> names = CertificateNames.of(certificate);
        String subject =
                names.isEmpty()
                        ? certificate.getSubjectX500Principal().getName()
                        : String.join(", ", names.subList(0, Math.min(NAMES_SHOWN, names.size())));
        return printable(subject)
                + (names.size() > NAMES_SHOWN ? ", ..." : "")
                + ", issued by "
                + printable(certificate.getIssuerX500Principal().getName())
                + ", "
                + day(certificate.getNotBefore())
                + " to "
                + day(certificate.getNotAfter())
                + ", sha256="
                + digest(certificate)
                + " key sha256="
                + Digest.sha256(certificate.getPublicKey().getEncoded());
    }

    /** It goes to a terminal. */
    private static String printable(String text) {
        return (text.length() > CHARS_MAX ? text.substring(0, CHARS_MAX) + "..." : text)
                .replaceAll("[^ -~]", "?");
    }

    private static String digest(X509Certificate certificate) {
        try {
            return Digest.sha256(certificate.getEncoded());
        } catch (CertificateEncodingException odd) {
            return "unreadable";
        }
    }

    private static LocalDate day(Date at) {
        return LocalDate.ofInstant(at.toInstant(), ZoneOffset.UTC);
    }
}

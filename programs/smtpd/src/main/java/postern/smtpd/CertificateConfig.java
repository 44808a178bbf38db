package postern.smtpd;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import postern.config.Key;
import postern.config.Section;
import postern.config.Settings;

/**
 * Where a certificate for TLS and its private key lie. Master alone reads these files.
 *
 * @param group where the configuration says so, for problems
 */
public record CertificateConfig(Path chain, Path key, Settings.Group group) {
    private static final String SINCE = "0.1";

    /** The key that problems with a certificate are about. */
    public static final Key<Path> CHAIN =
            Key.path(
                            "file",
                            "mx.example.org.pem",
                            Key.Base.FILE,
                            "The certificate and its chain, PEM, in any order (Postfix:"
                                    + " smtpd_tls_chain_files).",
                            SINCE)
                    .required();

    /** The key that problems with a private key are about. */
    public static final Key<Optional<Path>> KEY =
            Key.path(
                            "key",
                            "mx.example.org.key",
                            Key.Base.FILE,
                            "The private key, PEM without a passphrase (PKCS#8, PKCS#1, SEC1)."
                                    + " Without it, it stands in the same file.",
                            SINCE)
                    .optional();

    /** {@code [[certificate]]}. */
    public static final Section SECTION =
            Section.repeated(
                    "certificate",
                    "A certificate for TLS, as many as there are names or kinds of keys: clients are"
                            + " shown the one for the name that they ask for (SNI), and the first one"
                            + " when they ask for none of them. Renewed files are taken up within a"
                            + " minute.",
                    List.of(CHAIN, KEY));

    public static List<CertificateConfig> read(Settings settings) {
        return settings.each(SECTION).stream()
                .map(
                        group -> {
                            Path chain = group.get(CHAIN);
                            return new CertificateConfig(
                                    chain, group.get(KEY).orElse(chain), group);
                        })
                .toList();
    }
}

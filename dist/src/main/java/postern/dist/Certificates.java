package postern.dist;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import postern.base.Bug;
import postern.base.Disk;
import postern.config.Key;
import postern.config.Problem;
import postern.config.Settings;
import postern.smtp.Transports;
import postern.smtp.tls.TlsConfig;
import postern.smtpd.CertificateConfig;
import postern.smtpd.SmtpdConfig;
import postern.tls.Credential;
import postern.tls.Credential.Parsed;
import postern.tls.ServerTls;
import postern.tls.TlsProvider;

/**
 * The certificates of the configuration, and how they come to the domain that uses them: master
 * reads the files, which that domain could not open, and hands over what they hold together with
 * the settings. docs/adr/0080.
 */
final class Certificates {
    /** No chain of certificates is longer. */
    private static final int FILE_OCTETS_MAX = 1 << 20;

    private static final String CREDENTIAL = "%credential\n";
    private static final String AUTHORITIES = "%authorities\n";

    /** Begins each certificate that a transport shows, and with the first the part of out. */
    private static final String OUTWARD = "%outward ";

    private final Disk disk;
    private final Settings settings;

    Certificates(Disk disk, Settings settings) {
        this.disk = disk;
        this.settings = settings;
    }

    /** What is wrong with the files. */
    List<Problem> problems() {
        List<Problem> problems = new ArrayList<>();
        for (CertificateConfig each : CertificateConfig.read(settings)) {
            pair(
                            each.group(),
                            CertificateConfig.CHAIN,
                            CertificateConfig.KEY,
                            each.chain(),
                            each.key())
                    .ifPresent(problems::add);
        }
        for (Transports.Shown each : Transports.certificates(settings)) {
            pair(
                            each.group(),
                            TlsConfig.CERTIFICATE,
                            TlsConfig.CERTIFICATE_KEY,
                            each.chain(),
                            each.key())
                    .filter(problem -> !problems.contains(problem)) // transports may share it
                    .ifPresent(problems::add);
        }
        Settings.Group smtpd = settings.section(SmtpdConfig.SECTION);
        authoritiesFile()
                .flatMap(file -> authorities(smtpd, SmtpdConfig.CLIENT_AUTHORITIES, file))
                .ifPresent(problems::add);
        Transports.namedAuthorities(settings)
                .forEach(
                        (file, group) ->
                                authorities(group, TlsConfig.AUTHORITIES, file)
                                        .ifPresent(problems::add));
        if (problems.isEmpty()) {
            problems.addAll(unshowable());
        }
        return problems;
    }

    /** What the provider of TLS cannot do with them. */
    private List<Problem> unshowable() {
        Settings.Group smtpd = settings.section(SmtpdConfig.SECTION);
        TlsProvider provider = smtpd.get(SmtpdConfig.TLS_PROVIDER);
        if (provider == TlsProvider.JSSE) {
            return List.of(); // shows whatever could be read: no need to read it again
        }
        List<Credential> inward = new ArrayList<>();
        for (CertificateConfig each : CertificateConfig.read(settings)) {
            try {
                if (Credential.parse(text(each.chain()), text(each.key()))
                        instanceof Parsed.Usable(Credential credential)) {
                    inward.add(credential);
                }
            } catch (IOException _) {
                // has just been read; whoever reads it next says so
            }
        }
        return provider.unusable(inward).stream()
                .map(
                        why ->
                                smtpd.problem(
                                        SmtpdConfig.TLS_PROVIDER,
                                        "Conscrypt cannot show all certificates: " + why,
                                        "give one certificate a name, with a key of RSA or EC;"
                                                + " or take tls_provider = \"jsse\""))
                .toList();
    }

    private Optional<Problem> authorities(Settings.Group group, Key<?> about, Path file) {
        try {
            String why = Credential.unusableAuthorities(text(file));
            return why.isEmpty()
                    ? Optional.empty()
                    : Optional.of(
                            group.problem(about, file + ": " + why, "give certificates as PEM"));
        } catch (IOException unread) {
            return Optional.of(unread(group, about, file, unread));
        }
    }

    /** What is wrong with a certificate and its key. */
    private Optional<Problem> pair(
            Settings.Group group, Key<?> chainKey, Key<?> keyKey, Path chain, Path key) {
        Key<?> about = chain.equals(key) ? chainKey : keyKey;
        String chainText;
        try {
            chainText = text(chain);
        } catch (IOException unread) {
            return Optional.of(unread(group, chainKey, chain, unread));
        }
        try {
            String why = unusable(chainText, text(key));
            return why.isEmpty()
                    ? Optional.empty()
                    : Optional.of(
                            group.problem(
                                    about,
                                    key + ": " + why,
                                    "give the certificate, its chain and its key as PEM"));
        } catch (IOException unread) {
            return Optional.of(unread(group, about, key, unread));
        }
    }

    private static Problem unread(
            Settings.Group group, Key<?> about, Path file, IOException failed) {
        String why =
                switch (failed) {
                    case NoSuchFileException _ -> "there is no such file";
                    case AccessDeniedException _ -> "it may not be read by this user";
                    default -> "it cannot be read: " + failed.getMessage();
                };
        return group.problem(about, file + ": " + why, "name a file that master can read");
    }

    private static String unusable(String chain, String key) {
        return Credential.parse(chain, key) instanceof Parsed.Unusable(String why) ? why : "";
    }

    /**
     * All that the files hold, for {@link #tls}; empty where none is configured. Secret.
     *
     * @throws IOException a file cannot be read or used
     */
    String secretText() throws IOException {
        StringBuilder text = new StringBuilder();
        for (CertificateConfig each : CertificateConfig.read(settings)) {
            text.append(CREDENTIAL).append(secret(each.chain(), each.key()));
        }
        Optional<Path> authorities = authoritiesFile();
        if (!text.isEmpty() && authorities.isPresent()) {
            text.append(AUTHORITIES).append(text(authorities.get()).replace('%', ' '));
        }
        for (Transports.Shown each : Transports.certificates(settings)) {
            text.append(OUTWARD).append(each.transport()).append('\n');
            text.append(secret(each.chain(), each.key()));
        }
        return text.toString();
    }

    private String secret(Path chain, Path key) throws IOException {
        return switch (Credential.parse(text(chain), text(key))) {
            case Parsed.Usable(Credential credential) -> credential.secretText();
            case Parsed.Unusable(String why) -> throw new IOException(chain + ": " + why);
        };
    }

    /** The part of all of it that a domain is handed: each what it shows itself. */
    static String part(String secretText, Powers powers) {
        int at = secretText.indexOf(OUTWARD);
        int outward = at < 0 ? secretText.length() : at;
        return switch (powers) {
            case FRONT -> secretText.substring(0, outward);
            case OUT -> secretText.substring(outward);
            default -> "";
        };
    }

    /** What transports show, by their names, of the part of {@link Powers#OUT}. */
    static Map<String, Credential> outward(String part) {
        Map<String, Credential> all = new HashMap<>();
        for (String each : part.split(OUTWARD, -1)) {
            int end = each.indexOf('\n');
            if (end > 0) {
                String text = each.substring(end + 1);
                switch (Credential.parse(text, text)) {
                    case Parsed.Usable(Credential credential) ->
                            all.put(each.substring(0, end), credential);
                    case Parsed.Unusable(String why) -> throw new Bug("master read it: " + why);
                }
            }
        }
        return all;
    }

    private Optional<Path> authoritiesFile() {
        return settings.get(SmtpdConfig.SECTION, SmtpdConfig.CLIENT_AUTHORITIES);
    }

    private String text(Path file) throws IOException {
        return new String(disk.head(file, FILE_OCTETS_MAX), StandardCharsets.ISO_8859_1);
    }

    /** TLS with what {@link #secretText} says; null where it is empty. */
    static @Nullable ServerTls tls(String secretText, SmtpdConfig.Tls config) {
        if (secretText.isEmpty()) {
            return null;
        }
        int authoritiesAt = secretText.indexOf(AUTHORITIES);
        int end = authoritiesAt < 0 ? secretText.length() : authoritiesAt;
        List<Credential> credentials = new ArrayList<>();
        for (String each : secretText.substring(0, end).split(CREDENTIAL, -1)) {
            if (!each.isEmpty()) {
                switch (Credential.parse(each, each)) {
                    case Parsed.Usable(Credential credential) -> credentials.add(credential);
                    case Parsed.Unusable(String why) -> throw new Bug("master read it: " + why);
                }
            }
        }
        return ServerTls.of(
                config.provider(), credentials, config.askClients(), secretText.substring(end));
    }
}

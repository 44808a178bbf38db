package postern.dist;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import postern.base.Bug;
import postern.base.Disk;
import postern.base.DiskFile;
import postern.config.Key;
import postern.config.Problem;
import postern.config.Settings;
import postern.smtpd.CertificateConfig;
import postern.smtpd.SmtpdConfig;
import postern.tls.Credential;
import postern.tls.Credential.Parsed;
import postern.tls.ServerTls;

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
            Key<?> about =
                    each.chain().equals(each.key())
                            ? CertificateConfig.CHAIN
                            : CertificateConfig.KEY;
            try {
                String chain = text(each.chain());
                try {
                    String why = unusable(chain, text(each.key()));
                    if (!why.isEmpty()) {
                        problems.add(
                                each.group()
                                        .problem(
                                                about,
                                                each.key() + ": " + why,
                                                "give the certificate, its chain and its key as"
                                                        + " PEM"));
                    }
                } catch (IOException unread) {
                    problems.add(unread(each.group(), about, each.key(), unread));
                }
            } catch (IOException unread) {
                problems.add(unread(each.group(), CertificateConfig.CHAIN, each.chain(), unread));
            }
        }
        Settings.Group smtpd = settings.section(SmtpdConfig.SECTION);
        authoritiesFile()
                .ifPresent(
                        file -> {
                            try {
                                String why = Credential.unusableAuthorities(text(file));
                                if (!why.isEmpty()) {
                                    problems.add(
                                            smtpd.problem(
                                                    SmtpdConfig.CLIENT_AUTHORITIES,
                                                    file + ": " + why,
                                                    "give certificates as PEM"));
                                }
                            } catch (IOException unread) {
                                problems.add(
                                        unread(
                                                smtpd,
                                                SmtpdConfig.CLIENT_AUTHORITIES,
                                                file,
                                                unread));
                            }
                        });
        return problems;
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
            switch (Credential.parse(text(each.chain()), text(each.key()))) {
                case Parsed.Usable(Credential credential) ->
                        text.append(CREDENTIAL).append(credential.secretText());
                case Parsed.Unusable(String why) ->
                        throw new IOException(each.chain() + ": " + why);
            }
        }
        Optional<Path> authorities = authoritiesFile();
        if (!text.isEmpty() && authorities.isPresent()) {
            text.append(AUTHORITIES).append(text(authorities.get()).replace('%', ' '));
        }
        return text.toString();
    }

    private Optional<Path> authoritiesFile() {
        return settings.get(SmtpdConfig.SECTION, SmtpdConfig.CLIENT_AUTHORITIES);
    }

    private String text(Path file) throws IOException {
        try (DiskFile open = disk.openRead(file)) {
            ByteBuffer octets = ByteBuffer.allocate((int) Math.min(open.size(), FILE_OCTETS_MAX));
            while (octets.hasRemaining() && open.read(octets, octets.position()) >= 0) {
                // until it is full
            }
            return new String(octets.array(), 0, octets.position(), StandardCharsets.ISO_8859_1);
        }
    }

    /** TLS with what {@link #secretText} says; null where it is empty. */
    static @Nullable ServerTls tls(String secretText, boolean askClients) {
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
        return ServerTls.of(credentials, askClients, secretText.substring(end));
    }
}

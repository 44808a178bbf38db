package postern.dist;

import java.nio.file.Path;
import java.util.List;
import postern.base.Disk;
import postern.config.Problem;
import postern.config.Settings;
import postern.smtpd.SmtpdConfig;
import postern.tls.TlsProvider;

/** Whether Conscrypt, where the configuration asks for it, is installed for this machine. */
final class ConscryptFiles {
    private ConscryptFiles() {}

    /**
     * @param folder where it lies
     * @param machine what the JVM calls the processor: {@code amd64}
     */
    static List<Problem> problems(Disk disk, Settings settings, Path folder, String machine) {
        Settings.Group smtpd = settings.section(SmtpdConfig.SECTION);
        if (smtpd.get(SmtpdConfig.TLS_PROVIDER) != TlsProvider.CONSCRYPT) {
            return List.of();
        }
        String kind =
                switch (machine) {
                    case "amd64", "x86_64" -> "x86_64";
                    case "aarch64" -> "aarch_64";
                    default -> machine;
                };
        Path library = folder.resolve("libconscrypt_openjdk_jni-linux-" + kind + ".so");
        return disk.exists(library)
                ? List.of()
                : List.of(
                        smtpd.problem(
                                SmtpdConfig.TLS_PROVIDER,
                                "Conscrypt is not installed for this machine ("
                                        + machine
                                        + "): there is no "
                                        + library,
                                "install it there, or take tls_provider = \"jsse\""));
    }
}

package postern.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Certificates as openssl makes them for whoever has no authority. */
final class SelfSigned {
    private static final Duration SOON = Duration.ofSeconds(60);

    private SelfSigned() {}

    /**
     * Writes a certificate of two days and its key; skips the test without openssl.
     *
     * @param name its common name
     * @param alternatives its DNS names; none: it has no such field
     */
    static void write(Path certificate, Path key, String name, String... alternatives)
            throws IOException {
        Tool.needs("openssl");
        List<String> words =
                new ArrayList<>(
                        List.of("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes"));
        words.addAll(List.of("-days", "2", "-subj", "/CN=" + name));
        if (alternatives.length > 0) {
            words.add("-addext");
            words.add("subjectAltName=DNS:" + String.join(",DNS:", alternatives));
        }
        words.addAll(List.of("-keyout", key.toString(), "-out", certificate.toString()));
        Tool.Ended made = Tool.run(SOON, "", words.toArray(String[]::new));
        assertThat(made.code()).as(made.output()).isZero();
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    }

    /** Its SHA-256 digest, as {@code AB:CD:...}. */
    static String fingerprint(Path certificate) throws IOException {
        Tool.Ended shown =
                Tool.run(
                        SOON,
                        "",
                        "openssl",
                        "x509",
                        "-noout",
                        "-fingerprint",
                        "-sha256",
                        "-in",
                        certificate.toString());
        return shown.output().substring(shown.output().indexOf('=') + 1).strip();
    }
}

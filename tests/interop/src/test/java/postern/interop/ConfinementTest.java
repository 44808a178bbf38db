package postern.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * From inside every domain, started as master starts it, everything is tried that it must not do.
 */
class ConfinementTest {
    private static final Set<String> DOMAINS = Set.of("front", "queue", "out", "local");

    private static final Set<String> DEEDS =
            Set.of(
                    "open /etc/shadow",
                    "open a file of the queue",
                    "make a file elsewhere",
                    "become another program",
                    "start /bin/true",
                    "connect by TCP",
                    "listen on a TCP port",
                    "ptrace a sibling",
                    "signal a sibling",
                    "become root",
                    "make a namespace");

    @Test
    void rootsDomainsAreConfined(@TempDir(factory = OpenFolder.class) Path folder)
            throws IOException {
        assumeTrue(Tool.isRoot(), "another test shows what holds without root");
        assertThat(allowed(Postern.prepare(folder, "", "")))
                .containsExactlyInAnyOrder(
                        "queue: open a file of the queue",
                        "out: connect by TCP",
                        // for every user's mail and commands, and without network
                        "local: become another program",
                        "local: start /bin/true",
                        "local: open /etc/shadow",
                        "local: open a file of the queue",
                        "local: make a file elsewhere",
                        "local: become root");
    }

    @Test
    void anOrdinaryUsersDomainsAreConfinedToo(@TempDir(factory = OpenFolder.class) Path folder)
            throws IOException {
        Postern postern = Postern.prepare(folder.resolve("postern"), "", "");
        if (Tool.isRoot()) {
            Tool.needs("setpriv");
            Files.setPosixFilePermissions(
                    postern.folder(), PosixFilePermissions.fromString("rwxrwxrwx"));
            postern.behind("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups");
        }
        assertThat(allowed(postern))
                .containsExactlyInAnyOrder(
                        "queue: open a file of the queue",
                        "out: connect by TCP",
                        // what a command of that user may
                        "local: open a file of the queue",
                        "local: make a file elsewhere",
                        "local: become another program",
                        "local: start /bin/true");
    }

    /** What was not refused; everything must have been tried. */
    private static List<String> allowed(Postern postern) throws IOException {
        Tool.Ended ended = postern.command("check", "--confinement");
        assertThat(ended.code()).as(ended.output()).isZero();
        List<String> allowed = new ArrayList<>();
        for (String domain : DOMAINS) {
            for (String deed : DEEDS) {
                String line =
                        ended.output()
                                .lines()
                                .filter(each -> each.startsWith(domain + " "))
                                .filter(each -> each.contains(" " + deed + "  "))
                                .findFirst()
                                .orElse("");
                assertThat(line).as(domain + ": " + deed).isNotEmpty();
                if (!line.endsWith("refused (EPERM)") && !line.endsWith("refused (EACCES)")) {
                    allowed.add(domain + ": " + deed);
                }
            }
        }
        return allowed;
    }
}

package postern.dist;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import postern.base.ControlLine;
import postern.os.ConfinementProbe.Finding;
import postern.os.Seccomp;

/**
 * A domain's process that, instead of serving, tries what the domain must not do, and prints what
 * the kernel answered. {@link Confinement} starts it.
 */
final class Probe {
    private Probe() {}

    /** The arguments of {@link #run}. */
    static List<String> arguments(Powers powers, Standing standing, Deed.Targets targets) {
        return List.of(
                "probe",
                powers.domain(),
                standing.text(),
                targets.queueFile().toString(),
                targets.elsewhere().toString(),
                Integer.toString(targets.listening()),
                Integer.toString(targets.free()),
                Integer.toString(targets.sibling()));
    }

    static void run(List<String> arguments) throws IOException {
        Powers powers = Powers.of(arguments.get(0));
        String seccomp = Seccomp.install(powers.system(Standing.parse(arguments.get(1))));
        var targets =
                new Deed.Targets(
                        Path.of(arguments.get(2)),
                        Path.of(arguments.get(3)),
                        Integer.parseInt(arguments.get(4)),
                        Integer.parseInt(arguments.get(5)),
                        Integer.parseInt(arguments.get(6)));
        var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        out.println(ControlLine.of("sandbox", seccomp).text());
        for (Deed deed : Deed.values()) {
            Finding finding = deed.attempt(targets);
            out.println(
                    ControlLine.of("deed", deed.name())
                            .with("refused", finding.refused())
                            .with("errno", finding.errno())
                            .text());
        }
    }
}

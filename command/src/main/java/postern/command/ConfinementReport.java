package postern.command;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import postern.base.Json;
import postern.command.Installation.Probed;
import postern.config.Settings;

/** {@code postern check --confinement}. */
final class ConfinementReport {
    private final Terminal terminal;
    private final Installation.Prober prober;

    ConfinementReport(Terminal terminal, Installation.Prober prober) {
        this.terminal = terminal;
        this.prober = prober;
    }

    /** One when a domain could do what it must not. */
    int run(Settings settings, boolean json) {
        List<Probed> all;
        try {
            all = prober.probe(settings);
        } catch (IOException failed) {
            terminal.err().println("postern: " + failed.getMessage());
            return ExitStatus.UNAVAILABLE.code();
        }
        long unsound = all.stream().filter(probed -> !probed.sound()).count();
        if (json) {
            List<Object> objects = new ArrayList<>();
            all.forEach(probed -> objects.add(object(probed)));
            terminal.out().println(Json.of(Map.of("ok", unsound == 0, "findings", objects)));
        } else {
            terminal.out().println(row("domain", "uid", "tries to", "the kernel's answer"));
            for (Probed probed : all) {
                String uid = Long.toString(probed.uid());
                terminal.out().println(row(probed.domain(), uid, probed.deed(), answer(probed)));
            }
            if (unsound > 0) {
                terminal.err()
                        .println("postern: " + unsound + " deeds are allowed that must not be");
            }
        }
        return unsound == 0 ? ExitStatus.OK.code() : 1;
    }

    private static String row(String domain, String uid, String deed, String answer) {
        return String.format(Locale.ROOT, "%-8s%-8s%-26s%s", domain, uid, deed, answer);
    }

    private static String answer(Probed probed) {
        if (probed.refused()) {
            return "refused (" + probed.errno() + ")";
        }
        return probed.granted() ? "allowed: by design" : "ALLOWED";
    }

    private static Map<String, Object> object(Probed probed) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("domain", probed.domain());
        object.put("uid", probed.uid());
        object.put("deed", probed.deed());
        object.put("refused", probed.refused());
        object.put("errno", probed.errno());
        object.put("granted", probed.granted());
        return object;
    }
}

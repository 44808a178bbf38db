package postern.command;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import postern.base.Json;
import postern.config.Settings;

/** {@code postern explain client}: what each rule makes of a client. */
final class RuleReport {
    private final Terminal terminal;
    private final Installation.ClientExplainer explainer;

    RuleReport(Terminal terminal, Installation.ClientExplainer explainer) {
        this.terminal = terminal;
        this.explainer = explainer;
    }

    ExitStatus run(Settings settings, Map<String, String> facts, boolean json) {
        List<Installation.Ruled> rules;
        try {
            rules = explainer.explain(settings, facts);
        } catch (IllegalArgumentException wrong) {
            terminal.err().println("postern: " + wrong.getMessage());
            return ExitStatus.USAGE;
        }
        if (json) {
            List<Object> list = new ArrayList<>();
            rules.forEach(rule -> list.add(object(rule)));
            terminal.out().println(Json.of(Map.of("rules", list)));
            return ExitStatus.OK;
        }
        for (Installation.Ruled rule : rules) {
            terminal.out()
                    .printf(
                            "%-11s  %-20s  %-18s  %s%s%n",
                            rule.stage(),
                            rule.rule(),
                            rule.at(),
                            rule.verdict(),
                            rule.action().isEmpty() ? "" : ": " + rule.action());
        }
        return ExitStatus.OK;
    }

    private static Map<String, Object> object(Installation.Ruled rule) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("stage", rule.stage());
        object.put("rule", rule.rule());
        object.put("at", rule.at());
        object.put("verdict", rule.verdict());
        object.put("action", rule.action());
        return object;
    }
}

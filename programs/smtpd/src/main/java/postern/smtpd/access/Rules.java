package postern.smtpd.access;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** All rules, by stage, in the order of the file. Immutable. */
public final class Rules {
    public static final Rules NONE = new Rules(List.of());

    private final Map<Stage, List<Rule>> byStage = new EnumMap<>(Stage.class);

    public Rules(List<Rule> rules) {
        for (Stage stage : Stage.values()) {
            byStage.put(stage, rules.stream().filter(rule -> rule.stage() == stage).toList());
        }
    }

    /** Whether the stage has rules at all; where it has none nothing need be gathered for it. */
    public boolean has(Stage stage) {
        return !at(stage).isEmpty();
    }

    /** The rules that apply, in order, up to the first whose action is the stage's last word. */
    public List<Rule> decide(Stage stage, Facts facts) {
        List<Rule> applied = List.of();
        for (Rule rule : at(stage)) {
            if (rule.applies(facts)) {
                if (applied.isEmpty()) {
                    applied = new ArrayList<>(2);
                }
                applied.add(rule);
                if (rule.action().last()) {
                    return applied;
                }
            }
        }
        return applied;
    }

    private List<Rule> at(Stage stage) {
        return byStage.getOrDefault(stage, List.of());
    }

    /** What became of a rule when it was asked. */
    public enum Outcome {
        APPLIES,
        DOES_NOT_APPLY,
        /** One of its conditions cannot be told, and none denies it. */
        CANNOT_BE_TOLD,
        /** The stage, or the session, was over before. */
        NOT_REACHED
    }

    /**
     * A rule and what became of it.
     *
     * @param why the key that decided against it or cannot be told; empty where it applies
     */
    public record Explained(Rule rule, Outcome outcome, String why) {}

    /** Every rule of every stage, as a session with these facts would meet them. */
    public List<Explained> explain(Facts facts) {
        List<Explained> all = new ArrayList<>();
        boolean refused = false;
        for (Stage stage : Stage.values()) {
            boolean over = refused;
            for (Rule rule : at(stage)) {
                Explained one =
                        over ? new Explained(rule, Outcome.NOT_REACHED, "") : explain(rule, facts);
                all.add(one);
                if (one.outcome == Outcome.APPLIES && rule.action().last()) {
                    over = true;
                    refused |=
                            rule.action() instanceof Action.Reject
                                    || rule.action() instanceof Action.Defer;
                }
            }
        }
        return all;
    }

    private static Explained explain(Rule rule, Facts facts) {
        String unknown = "";
        for (Condition condition : rule.conditions()) {
            switch (condition.ask(facts)) {
                case YES -> {}
                case NO -> {
                    return new Explained(rule, Outcome.DOES_NOT_APPLY, condition.key());
                }
                case UNKNOWN -> unknown = unknown.isEmpty() ? condition.key() : unknown;
            }
        }
        return unknown.isEmpty()
                ? new Explained(rule, Outcome.APPLIES, "")
                : new Explained(rule, Outcome.CANNOT_BE_TOLD, unknown);
    }
}

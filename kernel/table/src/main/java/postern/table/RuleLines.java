package postern.table;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import postern.base.DiskFile;

/**
 * A source of rules that are tried in turn, in the syntax that Postfix's regexp and cidr tables
 * share: {@code pattern result}, {@code !pattern result}, and {@code if pattern} ... {@code endif}
 * around rules that only count where that pattern matches.
 *
 * @param <P> a pattern, understood
 */
final class RuleLines<P> {
    /** How deep {@code if} may stand within {@code if}. */
    private static final int DEPTH_MAX = 50;

    /** Largest source in octets: rules are tried one after the other. */
    private static final long FILE_OCTETS_MAX = 1 << 20;

    /**
     * One rule.
     *
     * @param negated counts where the pattern does not match
     * @param result empty for an {@code if}
     * @param end for an {@code if}: index of the first rule behind its {@code endif}; else -1
     */
    record Rule<P>(P pattern, boolean negated, String result, int line, int end) {
        /** Whether it counts where its pattern does, or does not, match. */
        boolean counts(boolean matches) {
            return matches != negated;
        }
    }

    /** The first rule that counts, of those that {@link #read} gave; null when none does. */
    static <P> @Nullable Rule<P> first(List<Rule<P>> rules, Predicate<Rule<P>> test) {
        int at = 0;
        while (at < rules.size()) {
            Rule<P> rule = rules.get(at);
            boolean counts = test.test(rule);
            if (rule.end < 0 && counts) {
                return rule;
            }
            at = rule.end < 0 || counts ? at + 1 : rule.end;
        }
        return null;
    }

    /** Understands what stands behind {@code !} or {@code if}. */
    interface Grammar<P> {
        /**
         * @param negated whether the rule counts where the pattern does not match
         * @throws IllegalArgumentException with what is wrong
         */
        Split<P> pattern(String text, boolean negated, boolean condition);
    }

    /** A pattern, and what stands behind it. */
    record Split<P>(P pattern, String rest) {}

    private final Grammar<P> grammar;
    private final List<Rule<P>> rules = new ArrayList<>();
    private final Deque<Integer> open = new ArrayDeque<>();
    private final MapTable.Problems problems;

    RuleLines(String name, Grammar<P> grammar) {
        this.grammar = grammar;
        this.problems = new MapTable.Problems(name);
    }

    /** All rules, or null when something is {@linkplain #problems wrong}. */
    @Nullable List<Rule<P>> read(DiskFile file) throws IOException {
        if (file.size() > FILE_OCTETS_MAX) {
            problems.add(0, "exceeds " + FILE_OCTETS_MAX + " octets");
            return null;
        }
        var lines = new LogicalLines(file);
        for (LogicalLines.Line line = lines.next(); line != null; line = lines.next()) {
            try {
                if (!line.fault().isEmpty()) {
                    throw new IllegalArgumentException(line.fault());
                }
                add(line.text(), line.number());
            } catch (IllegalArgumentException wrong) {
                problems.add(line.number(), String.valueOf(wrong.getMessage()));
            }
        }
        for (int start : open) {
            problems.add(rules.get(start).line, "\"if\" without its \"endif\"");
        }
        return problems.none() ? List.copyOf(rules) : null;
    }

    List<TableProblem> problems() {
        return problems.list();
    }

    private void add(String text, int line) {
        if (LogicalLines.white(text.charAt(0))) {
            throw new IllegalArgumentException(
                    "the file begins with a line that continues nothing");
        }
        if (text.equalsIgnoreCase("endif")) {
            @Nullable Integer start = open.poll();
            if (start == null) {
                throw new IllegalArgumentException("\"endif\" without \"if\"");
            }
            Rule<P> rule = rules.get(start);
            rules.set(start, new Rule<>(rule.pattern, rule.negated, "", rule.line, rules.size()));
            return;
        }
        boolean condition =
                text.length() > 3
                        && text.regionMatches(true, 0, "if", 0, 2)
                        && (LogicalLines.white(text.charAt(2)) || text.charAt(2) == '/');
        String rest = condition ? text.substring(2).strip() : text;
        boolean negated = rest.startsWith("!");
        Split<P> split =
                grammar.pattern(negated ? rest.substring(1).strip() : rest, negated, condition);
        String result = split.rest.strip();
        if (condition) {
            if (!result.isEmpty()) {
                throw new IllegalArgumentException("\"if\" takes no result: \"" + result + "\"");
            }
            if (open.size() == DEPTH_MAX) {
                throw new IllegalArgumentException("more than " + DEPTH_MAX + " \"if\" deep");
            }
            open.push(rules.size());
        } else if (result.isEmpty()) {
            throw new IllegalArgumentException("the pattern has no result");
        }
        rules.add(new Rule<>(split.pattern, negated, result, line, condition ? 0 : -1));
    }
}

package postern.table;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import postern.base.DiskFile;

/**
 * Patterns tried in turn, {@code /pattern/flags result}, in the syntax of Postfix's regexp and pcre
 * tables; matched by RE2 in time linear in the key, whatever the pattern. Case does not count
 * unless the flag {@code i} turns that off; {@code m} lets {@code ^} and {@code $} match at lines,
 * {@code s} lets a dot match a line's end. In a result {@code $1} to {@code $9}, {@code ${1}} and
 * {@code $(1)} stand for what a group matched, {@code $$} for a dollar. Immutable.
 */
final class RegexpTable implements Table, TableEntries.Listed {
    /** Longest key matched, in characters: an address has at most 320. */
    private static final int KEY_CHARS_MAX = 4096;

    private final String source;
    private final List<RuleLines.Rule<Pattern>> rules;

    private RegexpTable(String source, List<RuleLines.Rule<Pattern>> rules) {
        this.source = source;
        this.rules = rules;
    }

    static Load read(String name, DiskFile file) throws IOException {
        var lines = new RuleLines<>(name, RegexpTable::pattern);
        @Nullable List<RuleLines.Rule<Pattern>> rules = lines.read(file);
        return rules == null
                ? new Load.Broken(lines.problems())
                : new Load.Loaded(new RegexpTable(MapTable.shortened(name), rules));
    }

    @Override
    public Answer lookup(String key) {
        if (key.length() > KEY_CHARS_MAX) {
            return Answer.ABSENT;
        }
        RuleLines.Rule<Pattern> rule =
                RuleLines.first(rules, each -> each.counts(each.pattern().matcher(key).find()));
        return rule == null
                ? Answer.ABSENT
                : new Answer.Found(filled(rule, key), source + ":" + rule.line());
    }

    @Override
    public Answer lookupPart(String key) {
        return Answer.ABSENT;
    }

    @Override
    public void each(TableEntries.Visitor visitor) {
        for (RuleLines.Rule<Pattern> rule : rules) {
            if (rule.end() < 0 && rule.result().indexOf('$') < 0) { // what a match fills in is open
                visitor.entry(rule.pattern().pattern(), rule.result(), rule.line());
            }
        }
    }

    private static RuleLines.Split<Pattern> pattern(
            String text, boolean negated, boolean condition) {
        if (text.isEmpty() || Character.isLetterOrDigit(text.charAt(0))) {
            throw new IllegalArgumentException("a pattern stands between slashes: /.../ result");
        }
        char delimiter = text.charAt(0);
        int end = 1;
        while (end < text.length() && text.charAt(end) != delimiter) {
            end += text.charAt(end) == '\\' ? 2 : 1;
        }
        if (end >= text.length()) {
            throw new IllegalArgumentException("the pattern does not end with " + delimiter);
        }
        int flagsEnd = end + 1;
        while (flagsEnd < text.length() && !LogicalLines.white(text.charAt(flagsEnd))) {
            flagsEnd++;
        }
        int flags = flags(text.substring(end + 1, flagsEnd));
        Pattern pattern;
        try {
            pattern = Pattern.compile(text.substring(1, end), flags);
        } catch (PatternSyntaxException odd) {
            throw new IllegalArgumentException("the pattern is none: " + odd.getDescription(), odd);
        }
        String rest = text.substring(flagsEnd);
        if (!condition) {
            checkGroups(rest, negated ? 0 : pattern.groupCount(), negated);
        }
        return new RuleLines.Split<>(pattern, rest);
    }

    private static int flags(String letters) {
        int flags = Pattern.CASE_INSENSITIVE;
        for (char letter : letters.toCharArray()) {
            flags ^=
                    switch (letter) {
                        case 'i' -> Pattern.CASE_INSENSITIVE;
                        case 'm' -> Pattern.MULTILINE;
                        case 's' -> Pattern.DOTALL;
                        default ->
                                throw new IllegalArgumentException(
                                        "flag \"" + letter + "\" is unknown: there are i, m and s");
                    };
        }
        return flags;
    }

    private static void checkGroups(String result, int groups, boolean negated) {
        int at = result.indexOf('$');
        while (at >= 0) {
            Reference reference = Reference.at(result, at);
            if (reference.group > groups) {
                throw new IllegalArgumentException(
                        negated
                                ? "$" + reference.group + " means nothing where no match counts"
                                : "$"
                                        + reference.group
                                        + ", but the pattern has "
                                        + groups
                                        + " groups");
            }
            at = result.indexOf('$', reference.end);
        }
    }

    /**
     * What a dollar in a result stands for.
     *
     * @param group -1: the dollar itself
     * @param end index behind it
     */
    private record Reference(int group, int end) {
        static Reference at(String text, int dollar) {
            int at = dollar + 1;
            char c = at < text.length() ? text.charAt(at) : 0;
            if (c == '$') {
                return new Reference(-1, at + 1);
            }
            char close = c == '{' ? '}' : c == '(' ? ')' : 0;
            int from = close == 0 ? at : at + 1;
            int end = from;
            while (end < text.length() && end < from + 2 && Character.isDigit(text.charAt(end))) {
                end++;
            }
            boolean closed = close == 0 || end < text.length() && text.charAt(end) == close;
            if (end == from || !closed) {
                throw new IllegalArgumentException(
                        "$ stands before a number, ${1}, $(1) or another $");
            }
            int group = Integer.parseInt(text, from, end, 10);
            return new Reference(group, close == 0 ? end : end + 1);
        }
    }

    private static String filled(RuleLines.Rule<Pattern> rule, String key) {
        String result = rule.result();
        int at = result.indexOf('$');
        if (at < 0) {
            return result;
        }
        Matcher matcher = rule.pattern().matcher(key);
        boolean groups = matcher.find();
        StringBuilder filled = new StringBuilder(result.length() + 32);
        int from = 0;
        while (at >= 0) {
            Reference reference = Reference.at(result, at);
            filled.append(result, from, at);
            if (reference.group < 0) {
                filled.append('$');
            } else if (groups) {
                String group = matcher.group(reference.group);
                filled.append(group == null ? "" : group);
            }
            from = reference.end;
            at = result.indexOf('$', from);
        }
        return filled.append(result, from, result.length()).toString();
    }
}

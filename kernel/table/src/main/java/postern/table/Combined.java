package postern.table;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A table made of tables. That one of them fails for now is the answer as soon as it is asked: what
 * it would have said, nobody knows. Immutable.
 */
record Combined(Way way, List<Table> tables) implements Table {
    /** Values gathered by a union at most; Postfix has no bound, we have. */
    static final int VALUES_MAX = 1000;

    Combined {
        tables = List.copyOf(tables);
    }

    /** How the answers become one. */
    enum Way {
        /** The first that has the key. */
        FIRST,
        /** What all that have the key say, as one list without repetition. */
        UNION,
        /** What the first says is the key of the second, and so on; all must have it. */
        PIPE
    }

    @Override
    public Answer lookup(String key) {
        return ask(key, false);
    }

    @Override
    public Answer lookupPart(String key) {
        return ask(key, true);
    }

    @Override
    public boolean waits() {
        return tables.stream().anyMatch(Table::waits);
    }

    private Answer ask(String key, boolean part) {
        return switch (way) {
            case FIRST -> first(key, part);
            case UNION -> union(key, part);
            case PIPE -> pipe(key, part);
        };
    }

    private static Answer ask(Table table, String key, boolean part) {
        return part ? table.lookupPart(key) : table.lookup(key);
    }

    private Answer first(String key, boolean part) {
        for (Table table : tables) {
            Answer answer = ask(table, key, part);
            if (!(answer instanceof Answer.Absent)) {
                return answer;
            }
        }
        return Answer.ABSENT;
    }

    private Answer union(String key, boolean part) {
        Set<String> values = new LinkedHashSet<>();
        List<String> origins = new ArrayList<>();
        for (Table table : tables) {
            switch (ask(table, key, part)) {
                case Answer.TemporaryFailure failed -> {
                    return failed;
                }
                case Answer.Absent _ -> {}
                case Answer.Found(List<String> found, String origin) -> {
                    values.addAll(found);
                    origins.add(origin);
                    if (values.size() > VALUES_MAX) {
                        return new Answer.TemporaryFailure(
                                "more than " + VALUES_MAX + " values for one key");
                    }
                }
            }
        }
        return values.isEmpty()
                ? Answer.ABSENT
                : new Answer.Found(List.copyOf(values), String.join(" ", origins));
    }

    private Answer pipe(String key, boolean part) {
        Answer answer = Answer.ABSENT;
        String next = key;
        List<String> origins = new ArrayList<>();
        for (Table table : tables) {
            answer = ask(table, next, part && origins.isEmpty());
            if (!(answer instanceof Answer.Found found)) {
                return answer;
            }
            next = found.value();
            origins.add(found.origin());
            answer = new Answer.Found(found.values(), String.join(" ", origins));
        }
        return answer;
    }
}

package postern.lookup;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import postern.table.Table.Answer;

/** Makes one answer of the values that a query gave. One thread only. */
final class Results {
    private final Template format;
    private final int most;
    private final KeyParts key;
    private final List<String> values = new ArrayList<>();
    private boolean tooMany;

    /**
     * @param format what is made of each value
     * @param most values; more are a failure
     */
    Results(Template format, int most, KeyParts key) {
        this.format = format;
        this.most = most;
        this.key = key;
    }

    /** An empty value is none. False when there are too many. */
    boolean add(@Nullable String value) {
        if (value != null && !value.isEmpty()) {
            String made = format.expand(key, KeyParts.of(value), UnaryOperator.identity());
            if (made != null && values.size() < most) {
                values.add(made);
            } else if (made != null) {
                tooMany = true;
            }
        }
        return !tooMany;
    }

    Answer answer(String origin) {
        if (tooMany) {
            return new Answer.TemporaryFailure("more than " + most + " values for one key");
        }
        return values.isEmpty() ? Answer.ABSENT : new Answer.Found(values, origin);
    }
}

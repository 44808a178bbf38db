package postern.table;

import java.util.List;

/**
 * Answers questions by key. Any thread. Keys of addresses and domains are asked for in lower case;
 * the answer's text is as the operator wrote it.
 */
public interface Table {

    /** What a table says of a key. */
    sealed interface Answer {

        /**
         * It is there.
         *
         * @param values at least one; several where several entries match. Each may itself be a
         *     list, separated by commas, where its use says so
         * @param origin who says so: {@code virtual:12}, a file and its line
         */
        record Found(List<String> values, String origin) implements Answer {
            public Found {
                values = List.copyOf(values);
            }

            public Found(String value, String origin) {
                this(List.of(value), origin);
            }

            /** All values as one list. */
            public String value() {
                return values.size() == 1 ? values.getFirst() : String.join(",", values);
            }
        }

        /** It is not there, for certain. */
        record Absent() implements Answer {}

        /** Nobody knows now: whoever asked must put off what hangs on it, never refuse it. */
        record TemporaryFailure(String reason) implements Answer {}

        Answer ABSENT = new Absent();
    }

    /** Asks for the whole of what is looked up. */
    Answer lookup(String key);

    /**
     * Asks for a part of it: the user without the domain, the domain without the user. Tables of
     * patterns see only the whole, as their authors expect, and say that a part is absent.
     */
    default Answer lookupPart(String key) {
        return lookup(key);
    }

    /** Whether an answer may be waited for: another process is asked. */
    default boolean waits() {
        return false;
    }
}

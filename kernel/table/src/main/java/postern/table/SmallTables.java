package postern.table;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import postern.base.User;
import postern.base.Users;

/** Tables without a file. */
final class SmallTables {
    private SmallTables() {}

    /** The same answer to every key. */
    record Static(String value, String origin) implements Table {
        @Override
        public Answer lookup(String key) {
            return new Answer.Found(value, origin);
        }
    }

    /** No answer now to any key: the table could not be loaded yet. */
    record Unavailable(String reason) implements Table {
        @Override
        public Answer lookup(String key) {
            return new Answer.TemporaryFailure(reason);
        }
    }

    /** Users of this machine: the value is their line of passwd(5), without password and name. */
    record SystemUsers(Users users) implements Table {
        /** Longest name asked for, in characters. Origin: LOGIN_NAME_MAX of Linux. */
        private static final int NAME_CHARS_MAX = 256;

        @Override
        public Answer lookup(String key) {
            if (key.isEmpty() || key.length() > NAME_CHARS_MAX) {
                return Answer.ABSENT;
            }
            Optional<User> found;
            try {
                found = users.byName(key);
            } catch (IOException unanswered) {
                return new Answer.TemporaryFailure("user database: " + unanswered.getMessage());
            }
            return found.<Answer>map(
                            user ->
                                    new Answer.Found(
                                            user.name()
                                                    + ":x:"
                                                    + user.uid()
                                                    + ":"
                                                    + user.gid()
                                                    + "::"
                                                    + user.home()
                                                    + ":",
                                            "user database"))
                    .orElse(Answer.ABSENT);
        }
    }

    /** Variables that were in Postern's environment when it was started. */
    record Variables(Map<String, String> values) implements Table {
        Variables {
            values = Map.copyOf(values);
        }

        @Override
        public Answer lookup(String key) {
            String value = values.get(key);
            return value == null
                    ? Answer.ABSENT
                    : new Answer.Found(value, "environment variable " + key);
        }
    }
}

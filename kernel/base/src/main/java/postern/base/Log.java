package postern.base;

/**
 * The log: one event, one line. INFO is the life of a message, WARNING something an administrator
 * should act on, ERROR something that halted. Lines are built with {@link LogLine}, which escapes
 * and bounds every value.
 */
public interface Log {
    enum Level {
        INFO,
        WARNING,
        ERROR
    }

    void write(Level level, String line);

    default void info(LogLine line) {
        write(Level.INFO, line.text());
    }

    default void warning(LogLine line) {
        write(Level.WARNING, line.text());
    }

    default void error(LogLine line) {
        write(Level.ERROR, line.text());
    }
}

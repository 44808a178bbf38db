package postern.config;

/**
 * Gives a stated value its type.
 *
 * @param <T> what programs get; immutable
 */
public interface ValueType<T> {

    /** Unit and range for the manual: {@code duration, 1s to 1h}. */
    String describe();

    Parsed<T> parse(Raw raw);
}

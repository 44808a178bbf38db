package postern.config;

/** What a value turned out to be; a refusal says what is wrong and how to mend it. */
public sealed interface Parsed<T> {

    record Good<T>(T value) implements Parsed<T> {}

    /**
     * @param what completes "value ...": {@code "is no duration"}
     * @param remedy a sentence in the imperative, without its full stop
     */
    record Bad<T>(String what, String remedy) implements Parsed<T> {}
}

package postern.anvil;

/** Whether it may be done. */
public sealed interface Verdict {

    record Fine() implements Verdict {}

    /**
     * @param text what is too much, fit for a reply
     */
    record TooMuch(String text) implements Verdict {}

    Verdict FINE = new Fine();
}

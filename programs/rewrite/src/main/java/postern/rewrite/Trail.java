package postern.rewrite;

/** Told of every rule that counts in a decision, and where it is written. */
interface Trail {
    /** Nobody wants to know. */
    Trail NONE = (_, _, _) -> {};

    /**
     * @param value what the rule says; may be empty
     * @param origin {@code postern.toml:12}, {@code virtual:7}, or {@code default}
     */
    void step(String rule, String value, String origin);
}

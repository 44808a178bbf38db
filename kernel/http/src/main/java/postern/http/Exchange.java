package postern.http;

/** How a request ended. */
public sealed interface Exchange {

    /** The server proved its name and answered, whatever the answer is. */
    record Answered(Response response) implements Exchange {}

    /**
     * There is no answer.
     *
     * @param why in words for the log
     */
    record Failed(Stage stage, String why) implements Exchange {}

    /** Where it failed. */
    enum Stage {
        /** The host has no address, or it cannot be asked for now. */
        NAME,
        /** No connection, or it was lost, or it took too long. */
        CONNECTION,
        /** No certificate that a trusted authority issued to that name. */
        CERTIFICATE,
        /** TLS failed otherwise. */
        TLS,
        /** What came is no answer, or is larger than it may be. */
        ANSWER
    }
}

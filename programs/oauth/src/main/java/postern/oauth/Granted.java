package postern.oauth;

import java.time.Duration;

/** How a request for a token ended. */
sealed interface Granted {
    /**
     * @param refreshToken another one for the next request; empty: the old one holds
     */
    record Token(String text, Duration life, String refreshToken) implements Granted {
        /** Tells no secret. */
        @Override
        public String toString() {
            return "a token for " + life;
        }
    }

    /**
     * @param why in words for a log: no secret
     * @param refused whether the endpoint said no, so that asking again soon is of no use
     */
    record Nothing(String why, boolean refused) implements Granted {}
}

package postern.auth;

import java.util.Optional;
import postern.sasl.dovecot.Asked;

/** What a server that speaks with clients asks. */
final class Questions {
    private Questions() {}

    /**
     * @param base64 the client's first message
     */
    static Asked of(String mechanism, String base64) {
        return new Asked(
                mechanism, true, "192.0.2.1", "192.0.2.2", Optional.empty(), Optional.of(base64));
    }
}

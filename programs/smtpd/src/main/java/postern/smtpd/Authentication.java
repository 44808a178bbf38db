package postern.smtpd;

import java.util.Optional;
import postern.sasl.Mechanism;

/** Who a client proved to be in one session, and how. One thread only. */
final class Authentication {
    private Optional<String> login = Optional.empty();
    private String method = "";

    /** Who authenticated. */
    Optional<String> login() {
        return login;
    }

    /** The mechanism; empty where a proxy vouches for it, or nobody authenticated. */
    String method() {
        return method;
    }

    void granted(String name, Mechanism how) {
        login = Optional.of(name);
        method = how.text();
    }

    /** A trusted proxy vouches for it, or it counts no more. */
    void replaced(Optional<String> other) {
        login = other;
        method = "";
    }
}

package postern.smtpd;

import java.net.InetAddress;
import java.util.Optional;

/**
 * Counts what clients do, by the client's network and by login, and says when it is too much. Any
 * thread.
 */
public interface Meter {
    /** What is counted. */
    enum What {
        CONNECTION,
        MESSAGE,
        RECIPIENT,
        AUTH_FAILURE,
        TLS_HANDSHAKE
    }

    /**
     * A session wants to begin. Where it may, {@link #end} is called once when it is over.
     *
     * @return what is too much, fit for a reply; empty when it may
     */
    Optional<String> begin(InetAddress client);

    void end(InetAddress client);

    /**
     * Something is about to be done.
     *
     * @param client empty on a Unix-domain socket
     * @param login empty where nobody authenticated
     * @return what is too much, fit for a reply; empty when it may be done
     */
    Optional<String> count(What what, Optional<InetAddress> client, String login);

    /** How often so far in this interval. */
    long rate(What what, InetAddress client);

    /** Counts nothing and lets everything pass. */
    Meter NONE =
            new Meter() {
                @Override
                public Optional<String> begin(InetAddress client) {
                    return Optional.empty();
                }

                @Override
                public void end(InetAddress client) {}

                @Override
                public Optional<String> count(
                        What what, Optional<InetAddress> client, String login) {
                    return Optional.empty();
                }

                @Override
                public long rate(What what, InetAddress client) {
                    return 0;
                }
            };
}

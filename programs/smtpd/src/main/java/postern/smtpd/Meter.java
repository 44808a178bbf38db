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
     * @param exempt from all limits
     * @return what is too much, fit for a reply; empty when it may
     */
    Optional<String> begin(InetAddress client, boolean exempt);

    void end(InetAddress client);

    /**
     * Something is about to be done.
     *
     * @param client empty on a Unix-domain socket
     * @param login empty where nobody authenticated; for a failure, who it was tried for
     * @param exempt from the limits of networks
     * @return what is too much, fit for a reply; empty when it may be done
     */
    Optional<String> count(What what, Optional<InetAddress> client, String login, boolean exempt);

    /**
     * Counts nothing, and says whether there was as much already as there may be.
     *
     * @return what there was, fit for a reply; empty when one more may be done
     */
    Optional<String> exceeded(
            What what, Optional<InetAddress> client, String login, boolean exempt);

    /** How often so far in this interval. */
    long rate(What what, InetAddress client);

    /** Counts nothing and lets everything pass. */
    Meter NONE =
            new Meter() {
                @Override
                public Optional<String> begin(InetAddress client, boolean exempt) {
                    return Optional.empty();
                }

                @Override
                public void end(InetAddress client) {}

                @Override
                public Optional<String> count(
                        What what, Optional<InetAddress> client, String login, boolean exempt) {
                    return Optional.empty();
                }

                @Override
                public Optional<String> exceeded(
                        What what, Optional<InetAddress> client, String login, boolean exempt) {
                    return Optional.empty();
                }

                @Override
                public long rate(What what, InetAddress client) {
                    return 0;
                }
            };
}

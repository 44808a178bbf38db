package postern.smtpd.access;

import java.net.InetAddress;
import java.util.Optional;

/**
 * What rules may ask about a session. Only what a rule names is asked, and only when all that is
 * cheaper agreed: some answers need the name service.
 */
public interface Facts {

    /** What is a text. */
    enum Field {
        CLIENT_NAME(Stage.CONNECT),
        LISTENER(Stage.CONNECT),
        HELO(Stage.HELO),
        TLS(Stage.HELO),
        FINGERPRINT(Stage.HELO),
        LOGIN(Stage.MAIL),
        SENDER(Stage.MAIL),
        RECIPIENT(Stage.RCPT);

        private final Stage first;

        Field(Stage first) {
            this.first = first;
        }

        /** The first stage at which it can be known. */
        Stage first() {
            return first;
        }
    }

    /** What is counted. Rates are those of the client's network in the current minute. */
    enum Quantity {
        /** Sum of the weights of the lists that name the client. */
        SCORE,
        CONNECTIONS,
        MESSAGES,
        RECIPIENTS
    }

    /** The client's; empty on a Unix-domain socket. */
    Optional<InetAddress> address();

    /** An empty text says that there is none; an empty result that it cannot be told. */
    Optional<String> text(Field field);

    /** Empty when it cannot be told. */
    Optional<Long> number(Quantity quantity);

    /**
     * Whether the sender's domain has neither mail hosts nor addresses; empty when it cannot be
     * told.
     */
    Optional<Boolean> senderDomainUnknown();
}

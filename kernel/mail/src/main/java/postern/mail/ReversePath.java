package postern.mail;

/** Where notices about a message go: RFC 5321 §4.1.1.2. */
public sealed interface ReversePath {

    /** {@code <>}: no notice is ever sent (RFC 5321 §4.5.5). */
    record Nobody() implements ReversePath {
        @Override
        public String toString() {
            return "";
        }
    }

    record Sender(Mailbox mailbox) implements ReversePath {
        @Override
        public String toString() {
            return mailbox.toString();
        }
    }

    ReversePath NOBODY = new Nobody();

    static ReversePath of(Mailbox mailbox) {
        return new Sender(mailbox);
    }
}

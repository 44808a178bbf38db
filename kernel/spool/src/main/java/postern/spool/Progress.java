package postern.spool;

import java.time.Instant;
import java.util.Optional;

/**
 * Where one recipient of a queued message stands. A change is a new value, recorded in the log.
 *
 * @param recipient its index in the envelope
 * @param attempts how many ended so far
 * @param due when it is tried next; for a final state, when it became final
 * @param detail the last outcome's status and text, for the queue listing; empty before the first
 *     attempt
 * @param attempted the attempt that brought it there; told by the log ({@link Spool#history}), not
 *     kept in memory
 */
public record Progress(
        int recipient,
        State state,
        int attempts,
        Instant due,
        String detail,
        Optional<Attempted> attempted) {

    /**
     * One attempt for one recipient.
     *
     * @param ended when
     * @param relay who answered: {@code host[address]:port}, {@code local} ...; see {@link
     *     postern.mail.Delivery}
     * @param tls how the connection was protected; empty when it was not
     */
    public record Attempted(Instant ended, String relay, String tls) {}

    /** A change that no attempt brought about. */
    public Progress(int recipient, State state, int attempts, Instant due, String detail) {
        this(recipient, state, attempts, due, detail, Optional.empty());
    }

    /** The same, brought about by that attempt. */
    public Progress by(Attempted attempt) {
        return new Progress(recipient, state, attempts, due, detail, Optional.of(attempt));
    }

    /** The codes are part of the format and are never reused. */
    public enum State {
        WAITING(1),
        HELD(2),
        DELIVERED(3),
        BOUNCED(4),
        EXPIRED(5),
        REMOVED(6);

        private final int code;

        State(int code) {
            this.code = code;
        }

        public int code() {
            return code;
        }

        /** Whether nothing more will be tried. */
        public boolean last() {
            return switch (this) {
                case WAITING, HELD -> false;
                case DELIVERED, BOUNCED, EXPIRED, REMOVED -> true;
            };
        }
    }

    public static Progress fresh(int recipient, Instant arrived) {
        return new Progress(recipient, State.WAITING, 0, arrived, "");
    }
}

package postern.spool;

import java.time.Instant;

/**
 * Where one recipient of a queued message stands. A change is a new value, recorded in the log.
 *
 * @param recipient its index in the envelope
 * @param attempts how many ended so far
 * @param due when it is tried next; for a final state, when it became final
 * @param detail the last outcome's status and text, for the queue listing; empty before the first
 *     attempt
 */
public record Progress(int recipient, State state, int attempts, Instant due, String detail) {

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

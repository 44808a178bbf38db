package postern.mail;

import java.time.Instant;
import postern.base.Bug;

/**
 * On what terms a message travels, as its sender asked by extensions of MAIL. Times are absolute:
 * they are worked out once, when the command is taken.
 *
 * @param priority -9 to 9, 0 for the ordinary: RFC 6710 §3
 * @param verp the two delimiters of {@link Verp}; empty where all recipients share a reverse-path
 */
public record Terms(
        Release release, Deadline deadline, int priority, Protection protection, String verp) {
    /** RFC 6710 §3: priorities lie between this, negative, and this. */
    public static final int PRIORITY_MAX = 9;

    /** The ordinary: at once, no deadline. */
    public static final Terms NONE =
            new Terms(Release.AT_ONCE, Deadline.NONE, 0, Protection.UNSTATED);

    public Terms {
        Bug.unless(Math.abs(priority) <= PRIORITY_MAX, "a priority lies between -9 and 9");
        Bug.unless(verp.isEmpty() || Verp.delimiters(verp), "two delimiters, or none");
    }

    /** With one reverse-path for all recipients. */
    public Terms(Release release, Deadline deadline, int priority, Protection protection) {
        this(release, deadline, priority, protection, "");
    }

    public Terms withPriority(int other) {
        return new Terms(release, deadline, other, protection, verp);
    }

    public Terms with(Protection other) {
        return new Terms(release, deadline, priority, other, verp);
    }

    public Terms withVerp(String delimiters) {
        return new Terms(release, deadline, priority, protection, delimiters);
    }

    /**
     * FUTURERELEASE, RFC 4865: no attempt is made before.
     *
     * @param asked as a notice repeats it in Future-Release-Request (RFC 4865 §5.1.2): {@code
     *     for;3600}, {@code until;2026-11-21T12:00:00Z}; empty when nothing was asked
     */
    public record Release(Instant at, String asked) {
        public static final Release AT_ONCE = new Release(Instant.EPOCH, "");
    }

    /** DELIVERBY, RFC 2852. */
    public sealed interface Deadline {
        Deadline NONE = new None();

        /** Whenever it can be. */
        record None() implements Deadline {}

        /**
         * @param trace whether each relay on the way tells the sender: RFC 2852 §4.1.4.2
         */
        record By(Instant at, Mode mode, boolean trace) implements Deadline {}

        /** What becomes of a message whose deadline has passed: RFC 2852 §4.1. */
        enum Mode {
            /** The sender is told, and it is tried on. */
            NOTIFY,
            /** It goes back to the sender. */
            RETURN
        }
    }

    /** RFC 8689. */
    public enum Protection {
        UNSTATED,
        /** REQUIRETLS: only under verified TLS, to servers that promise the same (§4.2.1). */
        REQUIRED,
        /** TLS-Required: No - whatever the recipient's domain asks for (§4.2.2). */
        WAIVED
    }
}

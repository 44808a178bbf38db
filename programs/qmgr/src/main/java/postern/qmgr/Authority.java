package postern.qmgr;

import java.util.Set;
import java.util.function.Predicate;
import postern.mail.Envelope;

/**
 * Who may ask what of the queue, by the kernel's word on who is calling.
 *
 * @param operators who may do everything: root, and the user that the queue runs as
 * @param readers who may look at everything but content
 * @param flushers who may have a destination tried at once: front, for its clients' ETRN
 */
public record Authority(
        Set<String> operators, Predicate<String> readers, Predicate<String> flushers) {
    public Authority {
        operators = Set.copyOf(operators);
    }

    /** Operators, and nobody beside them. */
    public static Authority of(Set<String> operators) {
        return new Authority(operators, _ -> false, _ -> false);
    }

    /**
     * Whether the user handed the message in on this machine. A login from elsewhere is no user of
     * ours, be it of the same name.
     */
    static boolean own(Envelope envelope, String user) {
        return !user.isEmpty()
                && envelope.origin().clientAddress().isEmpty()
                && envelope.origin().login().equals(user);
    }
}

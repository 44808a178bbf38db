package postern.smtpd;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import postern.base.Clock;
import postern.mail.Domain;
import postern.mail.Mailbox;
import postern.wire.Reply;

/**
 * Asks whether recipients are known, and remembers the answers for some seconds, so that a burst
 * does not pay a question each. That a domain is not ours is remembered for all of it, where no
 * table may refuse one of its addresses. Any thread.
 */
final class RecipientCheck {
    /** How long an answer holds. Short: a new user's mail must not be refused for long. */
    private static final Duration KEPT = Duration.ofSeconds(5);

    /** Answers remembered at most; beyond it all are forgotten, which costs questions only. */
    private static final int ANSWERS_MAX = 4_096;

    private static final int NOT_OURS = 252;

    /** With it, the same is true of every address there: docs/protocols/handover.md. */
    private static final String FOR_ITS_DOMAIN = "2.0.0";

    private final Intake intake;
    private final Clock clock;
    private final Object lock = new Object(); // guards both maps; never held over a question
    private final Map<Mailbox, Answer> recipients = new HashMap<>();
    private final Map<Domain, Answer> foreign = new HashMap<>();

    private record Answer(Reply reply, long until) {}

    RecipientCheck(Intake intake, Clock clock) {
        this.intake = intake;
        this.clock = clock;
    }

    /** The intake's answer: see {@link Intake#verify}. 451 when it cannot be asked. */
    Reply ask(Mailbox recipient) {
        long now = clock.nanoTime();
        synchronized (lock) {
            Answer known = recipients.get(recipient);
            if (known == null) {
                known = foreign.get(recipient.domain());
            }
            if (known != null && known.until - now > 0) {
                return known.reply;
            }
        }
        Reply reply;
        try {
            reply = intake.verify(recipient);
        } catch (IOException unreachable) {
            return Replies.UNANSWERED.reply();
        }
        if (!reply.transientFailure()) {
            remember(recipient, new Answer(reply, now + KEPT.toNanos()));
        }
        return reply;
    }

    private void remember(Mailbox recipient, Answer answer) {
        synchronized (lock) {
            if (recipients.size() + foreign.size() >= ANSWERS_MAX) {
                recipients.clear();
                foreign.clear();
            }
            if (answer.reply.code() == NOT_OURS && answer.reply.status().equals(FOR_ITS_DOMAIN)) {
                foreign.put(recipient.domain(), answer);
            } else {
                recipients.put(recipient, answer);
            }
        }
    }
}

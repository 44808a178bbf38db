package postern.smtpd;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import postern.mail.Terms;
import postern.mail.Terms.Deadline;
import postern.mail.Terms.Release;
import postern.wire.Wishes;
import postern.wire.Wishes.Extension;

/** Whether what MAIL asks for beyond the basics is granted. */
final class TermsCheck {
    private TermsCheck() {}

    /**
     * Why it is not; empty when it is.
     *
     * @param terms the wishes at the time {@code now}
     * @param within how far ahead a release may lie
     */
    static Optional<Canned> refusal(
            Wishes wishes, Terms terms, Set<Extension> offered, Instant now, Duration within) {
        if (!offered.containsAll(wishes.asked())) {
            return Optional.of(Replies.PARAMETER_NOT_OFFERED); // RFC 5321 §4.1.1.11
        }
        Release release = terms.release();
        if (release.at().isAfter(now.plus(within))) {
            return Optional.of(Replies.RELEASE_TOO_LATE); // RFC 4865 §4.2 items 7 and 8
        }
        if (terms.deadline() instanceof Deadline.By by
                && !release.equals(Release.AT_ONCE)
                && release.at().isAfter(by.at())) {
            return Optional.of(Replies.RELEASE_BEHIND_DEADLINE); // RFC 4865 §5.2.2
        }
        return Optional.empty();
    }
}

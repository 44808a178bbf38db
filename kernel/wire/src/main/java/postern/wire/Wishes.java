package postern.wire;

import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import postern.mail.Terms;
import postern.mail.Terms.Deadline;
import postern.mail.Terms.Protection;
import postern.mail.Terms.Release;

/**
 * What MAIL asks for by extensions that a server need not offer to everyone: as it came, times
 * relative to the command.
 *
 * @param asked the extensions that the parameters belong to; whoever does not offer one of them
 *     answers 555 (RFC 5321 §4.1.1.11)
 * @param verp the delimiters of XVERP; empty where it was not asked for
 */
public record Wishes(Set<Extension> asked, Hold hold, Within within, int priority, String verp) {

    /** Extensions with parameters of MAIL; the names are those of EHLO. */
    public enum Extension {
        /** RFC 2852. */
        DELIVERBY,
        /** RFC 4865. */
        FUTURERELEASE,
        /** RFC 6710. */
        MT_PRIORITY,
        /** RFC 8689. */
        REQUIRETLS,
        /** RFC 3030 §3. */
        BINARYMIME,
        /** Postfix's: a reverse-path for each recipient. */
        XVERP
    }

    public static final Wishes NONE = new Wishes(Set.of(), Hold.NOT, Within.WHENEVER, 0, "");

    public Wishes {
        asked = asked.isEmpty() ? Set.of() : Set.copyOf(EnumSet.copyOf(asked));
    }

    /** RFC 4865 §3: HOLDFOR or HOLDUNTIL. */
    public sealed interface Hold {
        Hold NOT = new Not();

        record Not() implements Hold {}

        record For(long seconds) implements Hold {}

        record Until(Instant at, String text) implements Hold {}
    }

    /** RFC 2852 §4: BY. */
    public sealed interface Within {
        Within WHENEVER = new Whenever();

        record Whenever() implements Within {}

        /**
         * @param seconds may be negative: the deadline has passed
         */
        record Seconds(long seconds, Deadline.Mode mode, boolean trace) implements Within {}
    }

    /** As absolute times, where the command came now. */
    public Terms at(Instant now) {
        if (asked.isEmpty()) {
            return Terms.NONE;
        }
        Release release =
                switch (hold) {
                    case Hold.Not _ -> Release.AT_ONCE;
                    case Hold.For(long seconds) ->
                            new Release(now.plusSeconds(seconds), "for;" + seconds);
                    case Hold.Until(Instant at, String text) -> new Release(at, "until;" + text);
                };
        Deadline deadline =
                switch (within) {
                    case Within.Whenever _ -> Deadline.NONE;
                    case Within.Seconds(long seconds, var mode, boolean trace) ->
                            new Deadline.By(now.plusSeconds(seconds), mode, trace);
                };
        return new Terms(
                release,
                deadline,
                priority,
                asked.contains(Extension.REQUIRETLS) ? Protection.REQUIRED : Protection.UNSTATED,
                verp);
    }
}

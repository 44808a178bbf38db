package postern.sts;

import java.util.Optional;

/** What holds for a domain now. */
public sealed interface Found {
    /** The domain promises nothing, or nothing that could be learnt: RFC 8461 §3.3. */
    Found NOTHING = new Nothing(Optional.empty());

    /**
     * @param trouble why a policy that the domain announces could not be had: RFC 8461 §6
     */
    record Nothing(Optional<Trouble> trouble) implements Found {}

    /**
     * A policy, not expired; its mode may be none.
     *
     * @param trouble why it could not be found out whether it is the latest; the policy holds all
     *     the same: RFC 8461 §3.3
     */
    record Promised(StsPolicy policy, Optional<Trouble> trouble) implements Found {}

    /** What went wrong with the policy itself. */
    record Trouble(Kind kind, String why) {
        /** RFC 8460 §4.3.2.2. */
        public enum Kind {
            FETCH_ERROR("sts-policy-fetch-error"),
            INVALID("sts-policy-invalid"),
            WEBPKI_INVALID("sts-webpki-invalid");

            private final String word;

            Kind(String word) {
                this.word = word;
            }

            /** As reports spell it. */
            public String word() {
                return word;
            }
        }
    }
}

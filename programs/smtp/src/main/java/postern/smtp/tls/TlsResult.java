package postern.smtp.tls;

import java.util.Locale;
import postern.dns.HostPlan.Target;

/**
 * How TLS with one host went, once for each connection: what RFC 8460 counts.
 *
 * @param basis whose policy was applied
 * @param target the host, with the address that was connected to
 * @param sendingAddress ours; empty where there was no connection
 */
public record TlsResult(TlsPolicy.Basis basis, Target target, String sendingAddress, Ended ended) {

    /** How it ended. */
    public sealed interface Ended {}

    /** As the policy wants it. */
    public record Success() implements Ended {}

    /**
     * Against the policy, whether or not mail went all the same.
     *
     * @param reason in a few words, for failure-reason-code
     */
    public record Failure(Type type, String reason) implements Ended {}

    /** RFC 8460 §4.3, result-type. */
    public enum Type {
        STARTTLS_NOT_SUPPORTED,
        CERTIFICATE_HOST_MISMATCH,
        CERTIFICATE_EXPIRED,
        CERTIFICATE_NOT_TRUSTED,
        VALIDATION_FAILURE,
        TLSA_INVALID,
        DNSSEC_INVALID,
        DANE_REQUIRED,
        STS_POLICY_FETCH_ERROR,
        STS_POLICY_INVALID,
        STS_WEBPKI_INVALID;

        /** As a report writes it: {@code starttls-not-supported}. */
        public String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }
}

package postern.tlsrpt;

import java.util.List;

/**
 * How it went with TLS in one session with a mail host of a domain.
 *
 * @param domain that the policy is of: RFC 8460 §1.1, Policy Domain
 * @param failures none where the session did what the policy wants; a session may fail in several
 *     ways
 */
public record Session(String domain, Policy policy, List<Failure> failures) {
    public Session {
        failures = List.copyOf(failures);
    }
}

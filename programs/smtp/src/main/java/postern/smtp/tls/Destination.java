package postern.smtp.tls;

import postern.dns.HostPlan.Target;
import postern.mail.Terms;

/**
 * What a policy is asked for.
 *
 * @param nextHop as the route or the operator wrote it, with brackets and port
 * @param target one address of one host, with what the name service proves of it
 * @param protection what the message's sender asked for: RFC 8689
 */
public record Destination(String nextHop, Target target, Terms.Protection protection) {
    /** The domain that mail is for as far as the next hop tells, without brackets and port. */
    public String domain() {
        return target.trail().domain();
    }
}

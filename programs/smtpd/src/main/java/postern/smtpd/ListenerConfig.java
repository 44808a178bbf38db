package postern.smtpd;

import java.util.List;
import postern.base.Endpoint;
import postern.config.Cidr;

/**
 * Where smtpd listens, and for whom.
 *
 * @param name for the log and the trace
 * @param startTls of no account where TLS comes first
 * @param balancers networks from which every connection begins with a PROXY header
 */
public record ListenerConfig(
        String name, Kind kind, Endpoint at, StartTls startTls, Auth auth, List<Cidr> balancers) {
    public ListenerConfig {
        balancers = List.copyOf(balancers);
    }

    /** Where STARTTLS is offered if there is a certificate. */
    public ListenerConfig(String name, Kind kind, Endpoint at) {
        this(name, kind, at, StartTls.OFFER, Auth.of(kind), List.of());
    }

    /** What a listener is for. */
    public enum Kind {
        /** Mail from other servers: port 25. */
        SMTP,
        /** Mail from users' programs, whose messages are completed (RFC 6409): port 587. */
        SUBMISSION,
        /** The same with TLS from the first octet on (RFC 8314 §3.3): port 465. */
        SUBMISSIONS,
        /** Mail by LMTP (RFC 2033), with a reply for each recipient. */
        LMTP,
        /** Mail from users of this machine, on a Unix-domain socket; the kernel says who. */
        SOCKET
    }

    /** AUTH, RFC 4954. */
    public enum Auth {
        /** What shows a password only under TLS. */
        OFFER,
        /** All of it everywhere. */
        OFFER_IN_CLEAR,
        NEVER;

        /** Where nothing is said: users authenticate, other servers do not. */
        static Auth of(Kind kind) {
            return switch (kind) {
                case SUBMISSION, SUBMISSIONS, SOCKET -> OFFER;
                case SMTP, LMTP -> NEVER;
            };
        }
    }

    /** STARTTLS, RFC 3207. */
    public enum StartTls {
        OFFER,
        /** Nothing goes without it. */
        REQUIRE,
        NEVER
    }

    /** Whether TLS comes before the greeting. */
    boolean implicitTls() {
        return kind == Kind.SUBMISSIONS;
    }

    boolean submission() {
        return kind != Kind.SMTP && kind != Kind.LMTP;
    }
}

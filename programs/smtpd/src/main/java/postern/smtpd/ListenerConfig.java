package postern.smtpd;

import postern.base.Endpoint;

/**
 * Where smtpd listens, and for whom.
 *
 * @param name for the log and the trace
 */
public record ListenerConfig(String name, Kind kind, Endpoint at) {

    /** What a listener is for. */
    public enum Kind {
        /** Mail from other servers: port 25. */
        SMTP,
        /** Mail from users' programs, whose messages are completed (RFC 6409): port 587. */
        SUBMISSION,
        /** Mail from users of this machine, on a Unix-domain socket; the kernel says who. */
        SOCKET
    }

    boolean submission() {
        return kind != Kind.SMTP;
    }
}

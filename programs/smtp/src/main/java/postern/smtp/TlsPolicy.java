package postern.smtp;

import postern.base.Endpoint;
import postern.dns.HostPlan.Target;
import postern.mail.Terms;

/**
 * What a connection must have before mail goes over it. It is decided once for each connection,
 * which remembers it: only mail of the same policy goes over it later.
 */
sealed interface TlsPolicy {
    /** Clear text, whatever is offered. */
    record None() implements TlsPolicy {}

    /** TLS where it is offered and works, whoever it is; else clear text: RFC 7435. */
    record May() implements TlsPolicy {}

    /** Where policies come from. Any task. */
    interface Source {
        /**
         * @param target the host, with what the name service proves of it
         * @param protection what the message's sender asked for: RFC 8689
         */
        TlsPolicy decide(Target target, Terms.Protection protection);
    }

    /** The transport's own word for all hosts; sockets of this machine need none. */
    static Source of(SmtpConfig.Tls level) {
        return (target, _) ->
                target.endpoint() instanceof Endpoint.Local
                        ? new None()
                        : switch (level) {
                            case NONE -> new None();
                            case MAY -> new May();
                        };
    }
}

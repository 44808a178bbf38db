package postern.mail;

/** Where an address goes. */
public sealed interface Route {

    /**
     * Mail for the address is taken and goes by this transport.
     *
     * @param transport {@code local}, {@code virtual}, {@code pipe}, {@code smtp}, or another
     *     agent's name in the configuration
     * @param nextHop what the agent connects to: a domain (by MX), {@code [host]} or {@code
     *     [host]:port} without MX; the host's own name for local delivery; the domain for virtual;
     *     the name of the command for {@code pipe}, which a transport table writes as {@code
     *     pipe:NAME}. It is also the destination that the scheduler groups by
     */
    record To(String transport, String nextHop) implements Route {}

    /** Nobody of that name: 550 5.1.1 at RCPT, a bounce later. */
    record Unknown(String status, String why) implements Route {}

    /**
     * The question cannot be answered now (user database out of reach): 451 at RCPT, a deferral
     * later.
     */
    record Unanswered(String why) implements Route {}

    /**
     * The configuration refuses mail for the address, {@code error:} in a transport table: refused
     * at RCPT, a bounce later.
     *
     * @param status of class 5 (RFC 3463)
     */
    record Refused(String status, String text) implements Route {}

    /**
     * The configuration puts mail for the address off, {@code retry:}: taken at RCPT, deferred at
     * each attempt until another route is configured or the message expires.
     *
     * @param status of class 4 (RFC 3463)
     */
    record Retry(String status, String text) implements Route {}

    /** The configuration drops mail for the address, {@code discard:}: taken, and done. */
    record Discard(String text) implements Route {}

    /**
     * The configuration sets mail for the address aside, {@code hold:}: taken, and held until the
     * operator releases or deletes it.
     *
     * @param released where it goes once it is released
     */
    record Hold(String text, To released) implements Route {}
}

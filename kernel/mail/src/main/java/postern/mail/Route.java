package postern.mail;

/** Where an address goes. */
public sealed interface Route {

    /**
     * Mail for the address is taken and goes by this transport.
     *
     * @param transport {@code local}, {@code smtp}, or another agent's name in the configuration
     * @param nextHop what the agent connects to: a domain (by MX), {@code [host]} or {@code
     *     [host]:port} without MX, or the host's own name for local delivery; also the destination
     *     that the scheduler groups by
     */
    record To(String transport, String nextHop) implements Route {}

    /** Nobody of that name: 550 5.1.1 at RCPT, a bounce later. */
    record Unknown(String status, String why) implements Route {}

    /**
     * The question cannot be answered now (user database out of reach): 451 at RCPT, a deferral
     * later.
     */
    record Unanswered(String why) implements Route {}
}

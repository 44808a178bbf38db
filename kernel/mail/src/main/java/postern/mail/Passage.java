package postern.mail;

/**
 * How a message got to the one who answered, as far as the log and notices tell of it.
 *
 * @param setupMillis from the start of the attempt until the conversation could begin: finding the
 *     host, connecting, greeting, TLS; zero on a connection that was kept
 * @param tls the protocol, {@code TLSv1.3}; empty for clear text, or where no connection was
 * @param relayed delivered to a host that does not know of notices (RFC 3461 §5.2.2): a sender who
 *     wants to hear of success is told here that it was passed on
 */
public record Passage(long setupMillis, String tls, boolean relayed) {
    /** Nothing to tell. */
    public static final Passage NONE = new Passage(0, "", false);
}

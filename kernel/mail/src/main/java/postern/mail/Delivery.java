package postern.mail;

/**
 * How an attempt ended for one recipient, and who said so.
 *
 * @param relay {@code host[address]:port} of the one who answered, for {@code relay=} in the log
 *     and Remote-MTA in the notice; {@code local} or a like word for an agent of this machine;
 *     {@code none} when nobody was reached
 */
public record Delivery(Outcome outcome, String relay, Passage passage) {
    /** Nobody was reached. */
    public static final String NOBODY = "none";

    public Delivery(Outcome outcome, String relay) {
        this(outcome, relay, Passage.NONE);
    }
}

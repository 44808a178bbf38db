package postern.mail;

import java.util.List;

/** Takes mail out of the queue's hands: to another host, into a mailbox, to a command. */
public interface DeliveryAgent {

    /**
     * Makes one attempt and says how it ended, one answer per recipient and in their order. Faults
     * of peers, disks and networks are answers, never exceptions. Any number of tasks may call at
     * once.
     */
    List<Delivery> deliver(DeliveryRequest request);

    /** Whether {@link DeliveryRequest#origin} is of use to it: most are spared that. */
    default boolean asksForOrigin() {
        return false;
    }
}

package postern.smtp;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import postern.base.Bug;
import postern.mail.Delivery;
import postern.mail.DeliveryRequest;
import postern.mail.Outcome.Deferred;

/** The outcomes of one attempt as they come in, one for each recipient. One task only. */
final class Answers {
    private final @Nullable Delivery[] deliveries;
    private final @Nullable Delivery[] objections;
    private @Nullable Delivery failure; // what holds for those whom no host gave an outcome
    private int open;

    Answers(DeliveryRequest request) {
        open = request.recipients().size();
        deliveries = new @Nullable Delivery[open];
        objections = new @Nullable Delivery[open];
    }

    boolean complete() {
        return open == 0;
    }

    boolean isOpen(int place) {
        return deliveries[place] == null;
    }

    /** The recipients without an outcome, by their place in the request. */
    int[] open() {
        int[] places = new int[open];
        int n = 0;
        for (int i = 0; i < deliveries.length; i++) {
            if (deliveries[i] == null) {
                places[n++] = i;
            }
        }
        return places;
    }

    void settle(int place, Delivery delivery) {
        Bug.unless(deliveries[place] == null, "a recipient has one outcome");
        deliveries[place] = delivery;
        open--;
    }

    /** A host lacks what the recipient's copy needs; another may have it. */
    void object(int place, Delivery why) {
        objections[place] = why;
    }

    /** A host, or the way to it, failed. Its "never" does not outweigh another's "later". */
    void failed(Delivery how) {
        Delivery before = failure;
        if (before == null
                || how.outcome() instanceof Deferred
                || !(before.outcome() instanceof Deferred)) {
            failure = how;
        }
    }

    boolean failed() {
        return failure != null;
    }

    /**
     * The attempt is over. Who has no outcome gets what stood in the way: a host that may do later
     * comes before those that cannot.
     */
    List<Delivery> finish() {
        Delivery last = failure;
        boolean later = last != null && last.outcome() instanceof Deferred;
        for (int place : open()) {
            Delivery objection = objections[place];
            Delivery why = later || objection == null ? last : objection;
            if (why == null) {
                throw new Bug("an attempt ends with outcomes or a failure");
            }
            settle(place, why);
        }
        List<Delivery> all = new ArrayList<>(deliveries.length);
        for (Delivery delivery : deliveries) {
            if (delivery == null) {
                throw new Bug("each recipient has an outcome");
            }
            all.add(delivery);
        }
        return all;
    }
}

package postern.smtp;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import postern.base.Bug;
import postern.mail.Delivery;
import postern.mail.DeliveryRequest;

/** The outcomes of one attempt as they come in, one for each recipient. One task only. */
final class Answers {
    private final @Nullable Delivery[] deliveries;
    private int open;

    Answers(DeliveryRequest request) {
        open = request.recipients().size();
        deliveries = new @Nullable Delivery[open];
    }

    boolean complete() {
        return open == 0;
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

    void settleOpen(Delivery delivery) {
        for (int place : open()) {
            settle(place, delivery);
        }
    }

    List<Delivery> all() {
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

package postern.smtp;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import postern.base.Bug;
import postern.mail.Delivery;
import postern.mail.DeliveryRequest;
import postern.mail.Outcome.Bounced;
import postern.mail.Outcome.Deferred;
import postern.mail.Outcome.Delivered;

/** The outcomes of one attempt as they come in, one for each recipient. One task only. */
final class Answers {
    private final @Nullable Delivery[] deliveries;
    private final @Nullable Delivery[] objections;
    private final @Nullable Delivery[] deferrals; // by the first host that put the recipient off
    private final Set<Delivery> overruled = new LinkedHashSet<>();
    private boolean putOff;
    private @Nullable Delivery failure; // what holds for those whom no host gave an outcome
    private int open;

    Answers(DeliveryRequest request) {
        open = request.recipients().size();
        deliveries = new @Nullable Delivery[open];
        objections = new @Nullable Delivery[open];
        deferrals = new @Nullable Delivery[open];
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

    /** Whatever other hosts might say. */
    void settle(int place, Delivery delivery) {
        Bug.unless(deliveries[place] == null, "a recipient has one outcome");
        Delivery before = deferrals[place];
        if (before != null && !before.equals(delivery)) {
            overruled.add(before);
        }
        deliveries[place] = delivery;
        open--;
    }

    /**
     * What a host says of a recipient. A "later" leaves it to the other hosts (RFC 5321 §5.1), and
     * a "never" of theirs does not outweigh it: who is second best may not know our recipients.
     */
    void said(int place, Delivery delivery) {
        switch (delivery.outcome()) {
            case Delivered _ -> settle(place, delivery);
            case Deferred _ when deferrals[place] == null -> {
                deferrals[place] = delivery;
                putOff = true;
            }
            case Deferred _ -> overruled.add(delivery);
            case Bounced _ when deferrals[place] == null -> settle(place, delivery);
            case Bounced _ -> overruled.add(delivery);
        }
    }

    /** What hosts said that is no recipient's outcome: for the log. */
    Set<Delivery> overruled() {
        return overruled;
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

    /** Whether those that are open have something to be told. */
    boolean failed() {
        return failure != null || putOff;
    }

    /**
     * The attempt is over. Who has no outcome gets what the best of the hosts said of it, else what
     * stood in the way: a host that may do later comes before those that cannot.
     */
    List<Delivery> finish() {
        Delivery last = failure;
        boolean later = last != null && last.outcome() instanceof Deferred;
        for (int place : open()) {
            Delivery objection = objections[place];
            Delivery deferral = deferrals[place];
            Delivery why =
                    deferral != null ? deferral : later || objection == null ? last : objection;
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

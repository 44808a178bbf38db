package postern.qmgr;

import org.jspecify.annotations.Nullable;

/**
 * The deliveries that one message needs of one transport, where they are several. As it is served
 * it earns slots with which smaller ones may pass it: figures and rule are those of Postfix's
 * SCHEDULER_README, with deliveries (of up to so many recipients) for its entries.
 */
final class Job {
    private final QmgrConfig.Slots slots;
    private int left;
    private int total;
    private int earned; // in deliveries; negative while a loan is paid back
    private boolean passes;

    Job(QmgrConfig.Slots slots) {
        this.slots = slots;
    }

    void add() {
        total++;
        left++;
    }

    /** Deliveries not begun yet. */
    int left() {
        return left;
    }

    /** Whether it is large enough to be passed. */
    boolean large() {
        return slots.cost() > 0 && total >= slots.minimum() * slots.cost();
    }

    /** One of its deliveries has begun. */
    void served() {
        left--;
        earned++;
    }

    /** One of its deliveries goes back to the line. */
    void again() {
        left++;
    }

    /** One of its deliveries that had not begun is not needed. */
    void dropped() {
        left--;
    }

    /** Whether nothing passes before more of it is served. */
    boolean inDebt() {
        return earned <= 0;
    }

    /**
     * Whether that one passes now; null: one that needs a single delivery. What has begun to pass
     * goes on, and is paid for afterwards.
     */
    boolean yieldsTo(@Nullable Job smaller) {
        if (smaller != null && smaller.passes && !smaller.large()) {
            return true;
        }
        int needed = smaller == null ? 1 : Math.max(1, smaller.left);
        if (inDebt() || needed > (earned + left) / slots.cost()) {
            return false;
        }
        double demanded = needed * (100.0 - slots.discount()) / 100;
        boolean yields = (double) earned / slots.cost() + slots.loan() >= demanded;
        if (yields && smaller != null) {
            smaller.passes = true;
        }
        return yields;
    }

    /** One delivery of another has passed. */
    void passed() {
        earned -= slots.cost();
    }
}

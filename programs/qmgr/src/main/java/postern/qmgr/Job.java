package postern.qmgr;

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

    /** One of its deliveries goes back to the line, or is not needed. */
    void unserved(boolean again) {
        left += again ? 1 : 0;
    }

    /** Whether one that needs so many deliveries passes now. */
    boolean yieldsTo(int needed) {
        if (earned <= 0 || needed > (earned + left) / slots.cost()) {
            return false;
        }
        double demanded = needed * (100.0 - slots.discount()) / 100;
        return (double) earned / slots.cost() + slots.loan() >= demanded;
    }

    /** One delivery of another has passed. */
    void passed() {
        earned -= slots.cost();
    }
}

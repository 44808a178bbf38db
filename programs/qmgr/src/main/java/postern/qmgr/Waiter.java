package postern.qmgr;

import org.jspecify.annotations.Nullable;

/** Waits for its turn. */
interface Waiter {

    /** The job that its next delivery belongs to; null where a message needs only that one. */
    @Nullable Job job();
}

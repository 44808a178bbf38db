package postern.qmgr;

import org.jspecify.annotations.Nullable;

/** What one source has in the line of one destination. */
final class Lane implements Waiter {
    final Destination destination;
    final Source source;
    final JobQueue<InLine> jobs = new JobQueue<>();

    /** Waits for its transport's turn. */
    boolean enlisted;

    /** Waits for its destination's turn. */
    boolean listed;

    Lane(Destination destination, Source source) {
        this.destination = destination;
        this.source = source;
    }

    @Override
    public @Nullable Job job() {
        return jobs.job();
    }
}

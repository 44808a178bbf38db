package postern.qmgr;

import org.jspecify.annotations.Nullable;

/** What one source has in the line of one destination. */
final class Lane {
    final Destination destination;
    final Source source;
    final JobQueue<InLine> jobs = new JobQueue<>();

    /** Waits for its destination's turn. */
    boolean listed;

    private final Turn first = new Turn(this);
    private @Nullable Turn second;

    /** Its place among those that wait for their transport. */
    static final class Turn implements Waiter {
        final Lane lane;
        private @Nullable Job job;
        private boolean waits;

        private Turn(Lane lane) {
            this.lane = lane;
        }

        @Override
        public @Nullable Job job() {
            return job;
        }

        private Turn begun(@Nullable Job forJob) {
            job = forJob;
            waits = true;
            return this;
        }

        /** It has come at a moment when the destination takes nobody. */
        void lapses() {
            waits = false;
        }

        /** It has come; the next that the lane has for it, or null where all of that is gone. */
        @Nullable InLine come() {
            waits = false;
            return this == lane.first ? lane.jobs.poll() : lane.jobs.poll(job);
        }
    }

    Lane(Destination destination, Source source) {
        this.destination = destination;
        this.source = source;
    }

    /** Whether it does not wait yet for all that it should wait for. */
    boolean wantsTurn() {
        if (!first.waits) {
            return true;
        }
        Job waitsFor = first.job;
        boolean hasSecond = second != null && second.waits;
        return waitsFor != null
                && !hasSecond
                && (jobs.hasSmall() || jobs.otherThan(waitsFor) != null);
    }

    /**
     * A turn for what waits here. While that of a large job stands far behind, others of the same
     * source do not wait for it: they have a turn of their own, for which that job is passed.
     */
    Turn turn() {
        Job waitsFor = first.job;
        if (!first.waits || waitsFor == null) {
            return first.begun(jobs.job());
        }
        Turn own = second;
        if (own == null) {
            own = new Turn(this);
            second = own;
        }
        return own.begun(jobs.hasSmall() ? null : jobs.otherThan(waitsFor));
    }
}

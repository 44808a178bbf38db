package postern.dist;

/** A domain that was started. */
public interface Running {

    /**
     * Takes nothing new, finishes what is in flight, and then runs {@code ended}. Must not wait.
     */
    void drain(Runnable ended);

    /** As {@link #drain}, but a successor serves already: conversations have their own time. */
    default void retire(Runnable ended) {
        drain(ended);
    }
}

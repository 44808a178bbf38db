package postern.base;

/**
 * A fault of our own: an invariant does not hold. Nothing a peer sends may raise it. It ends the
 * unit of work; where that unit owned shared state, the process halts and master restarts it.
 */
public final class Bug extends RuntimeException {
    private static final long serialVersionUID = 1;

    public Bug(String invariant) {
        super(invariant);
    }

    public Bug(String invariant, Throwable cause) {
        super(invariant, cause);
    }

    /** Throws unless {@code holds}; {@code invariant} states what should have held. */
    public static void unless(boolean holds, String invariant) {
        if (!holds) {
            throw new Bug(invariant);
        }
    }
}

package postern.testkit;

/** The machine stopped at this operation: nothing after it happened. Nobody may catch it. */
public final class PowerLost extends Error {
    private static final long serialVersionUID = 1;

    PowerLost() {
        super("power lost");
    }
}

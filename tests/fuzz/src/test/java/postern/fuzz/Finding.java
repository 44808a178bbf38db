package postern.fuzz;

/** What a target found wrong. */
public final class Finding extends AssertionError {
    private static final long serialVersionUID = 1;

    private Finding(String what) {
        super(what);
    }

    public static void unless(boolean holds, String what) {
        if (!holds) {
            throw new Finding(what);
        }
    }
}

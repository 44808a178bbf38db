package postern.lookup;

import java.io.IOException;
import postern.base.TimedOut;

/** A server cannot be asked now; another may. Leaves this package never. */
final class Unavailable extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean silent;

    /**
     * @param silent whether it took all the time that it had
     */
    Unavailable(String why, boolean silent) {
        super(why, null, false, false);
        this.silent = silent;
    }

    /** What went wrong with a stream. */
    static Unavailable of(IOException failed) {
        return new Unavailable(String.valueOf(failed.getMessage()), failed instanceof TimedOut);
    }

    String why() {
        return String.valueOf(getMessage());
    }

    boolean silent() {
        return silent;
    }
}

package postern.base;

import java.io.IOException;

/** The limit of {@link Peer#expireAfter} ran out, or a connection was not established in time. */
public final class TimedOut extends IOException {
    private static final long serialVersionUID = 1;

    public TimedOut(String what) {
        super(what);
    }
}

package postern.spool;

import java.io.IOException;

/** The segment is gone: its live records lie elsewhere now. Said before any octet moved. */
final class Released extends IOException {
    private static final long serialVersionUID = 1;

    Released(long segment) {
        super("segment " + segment + " is released");
    }
}

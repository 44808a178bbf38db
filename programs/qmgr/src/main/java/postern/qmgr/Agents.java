package postern.qmgr;

import java.io.IOException;
import java.util.List;
import postern.mail.Delivery;
import postern.mail.DeliveryRequest;

/** The delivery agents of every transport. Any number of tasks may call at once. */
public interface Agents {

    /**
     * Makes one attempt over a connection to an agent of the transport, and waits for its end.
     *
     * @return one answer per recipient, in their order
     * @throws Unreachable no agent could be asked: nothing was tried
     * @throws IOException the agent went away before all answers were there
     */
    List<Delivery> deliver(String transport, DeliveryRequest request) throws IOException;

    /** No agent of the transport takes connections now. */
    final class Unreachable extends IOException {
        private static final long serialVersionUID = 1;

        public Unreachable(String why) {
            super(why);
        }

        public Unreachable(String why, Throwable cause) {
            super(why, cause);
        }
    }
}

package postern.master;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import postern.os.Identity;
import postern.os.Sandbox;

/**
 * One process kind. Two equal plans need no restart in between.
 *
 * <p>The child finds its first listener on descriptor 0, its log on 1 and 2, its ties to master on
 * 3, 4 and 5 (see {@link postern.os.ChildLink}) and further listeners from 6; arguments {@code
 * --listener NAME=DESCRIPTOR} tell which is which.
 *
 * @param name front, queue, out, local
 * @param command absolute path of the program, then its arguments
 * @param environment all of its environment
 * @param listeners at least the first; a Unix one first where there is one, it is the easiest to
 *     take over
 * @param settings text for the child alone, in a form of its own
 */
public record DomainPlan(
        String name,
        List<String> command,
        Map<String, String> environment,
        Path directory,
        Identity identity,
        Sandbox sandbox,
        List<ListenerPlan> listeners,
        String settings,
        Succession succession,
        Start start) {

    /** When it begins to run. */
    public enum Start {
        AT_ONCE,
        /** Somebody connects to its first listener: what has no work costs no memory. */
        WITH_ITS_FIRST_WORK
    }

    /** How a successor takes over. */
    public enum Succession {
        /** It starts first; then the predecessor stops accepting and finishes what it has. */
        OVERLAP,
        /** It starts when the predecessor is gone: they would share what only one may have. */
        ONE_AFTER_THE_OTHER
    }

    public DomainPlan {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
        listeners = List.copyOf(listeners);
    }

    /** Settings may hold secrets. */
    @Override
    public String toString() {
        return "DomainPlan[" + name + "]";
    }
}

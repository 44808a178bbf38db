package postern.master;

import java.nio.file.Path;
import java.util.List;
import postern.base.Bug;

/**
 * All that master shall do.
 *
 * @param state the state folder; made if it is missing; one master at a time has it
 * @param folders made before anything starts, in this order
 * @param domains in the order of starting and of stopping: what takes mail in comes first
 */
public record Plan(Path state, List<Folder> folders, List<DomainPlan> domains) {

    /** A folder, its permission bits and its owner. */
    public record Folder(Path path, int mode, int owner) {}

    public Plan {
        folders = List.copyOf(folders);
        domains = List.copyOf(domains);
        Bug.unless(
                domains.stream().map(DomainPlan::name).distinct().count() == domains.size(),
                "domains have names of their own");
    }

    /** Where control and lock are; others' sockets may be there as well. */
    Path run() {
        return state.resolve("run");
    }

    /** Master's control socket below that state folder. */
    public static Path control(Path state) {
        return state.resolve("run").resolve("master");
    }
}

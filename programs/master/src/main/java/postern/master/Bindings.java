package postern.master;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import postern.base.Bug;
import postern.base.Disk;
import postern.os.Descriptors;
import postern.os.Sockets;

/** The listeners that master holds open, so that connections wait while a domain restarts. */
final class Bindings {
    private final Disk disk;
    private final Map<String, Bound> bound = new HashMap<>(); // by place

    private record Bound(ListenerPlan listener, int descriptor) {}

    Bindings(Disk disk) {
        this.disk = disk;
    }

    /**
     * Binds what the plan has and we have not. All of it, or nothing.
     *
     * @return what could not be bound, a line each; empty when all is done
     */
    List<String> add(Plan plan) {
        List<String> problems = new ArrayList<>();
        Map<String, Bound> added = new HashMap<>();
        Map<String, ListenerPlan> seen = new HashMap<>();
        for (ListenerPlan listener : listeners(plan)) {
            ListenerPlan twin = seen.putIfAbsent(listener.place(), listener);
            if (twin != null) {
                problems.add(
                        "the listeners %s and %s are to listen on the same %s; remedy: give one of them another address"
                                .formatted(twin.name(), listener.name(), listener.place()));
            } else if (has(listener)) {
                access(listener).ifPresent(problems::add);
            } else {
                try {
                    added.put(listener.place(), new Bound(listener, bind(listener)));
                } catch (IOException refused) {
                    problems.add("cannot listen on " + refused.getMessage() + remedy(refused));
                }
            }
        }
        if (problems.isEmpty()) {
            bound.putAll(added);
        } else {
            added.values().forEach(this::close);
        }
        return problems;
    }

    private static String remedy(IOException refused) {
        String why = String.valueOf(refused.getMessage());
        if (why.endsWith("address in use")) {
            return "; remedy: stop what listens there, or choose another address";
        }
        return why.endsWith("permission denied")
                ? "; remedy: start as root, or choose a port above 1023"
                : "";
    }

    private boolean has(ListenerPlan listener) {
        return bound.containsKey(listener.place());
    }

    /** A socket's owner and mode are its file's, and are given at its birth. */
    private Optional<String> access(ListenerPlan listener) {
        Bound same = bound.get(listener.place());
        boolean other =
                same != null
                        && listener instanceof ListenerPlan.Unix wanted
                        && same.listener() instanceof ListenerPlan.Unix has
                        && (wanted.mode() != has.mode() || wanted.owner() != has.owner());
        return other
                ? Optional.of(
                        listener.place()
                                + ": its owner changes, which a reload cannot do; remedy: stop and start")
                : Optional.empty();
    }

    /** Closes what the plan has not. */
    void keepOnly(Plan plan) {
        Map<String, Bound> kept = new HashMap<>();
        for (ListenerPlan listener : listeners(plan)) {
            Bound same = bound.remove(listener.place());
            if (same != null) {
                kept.put(listener.place(), same);
            }
        }
        closeAll();
        bound.putAll(kept);
    }

    int descriptor(ListenerPlan listener) {
        Bound same = bound.get(listener.place());
        if (same == null) {
            throw new Bug("listeners are bound before anybody starts");
        }
        return same.descriptor();
    }

    void closeAll() {
        bound.values().forEach(this::close);
        bound.clear();
    }

    private void close(Bound one) {
        Descriptors.close(one.descriptor());
        if (one.listener() instanceof ListenerPlan.Unix unix) {
            remove(unix.path());
        }
    }

    private void remove(Path socket) {
        try {
            disk.delete(socket);
        } catch (IOException stays) {
            // the next to listen there finds it dead and replaces it
        }
    }

    private static int bind(ListenerPlan listener) throws IOException {
        return switch (listener) {
            case ListenerPlan.Tcp tcp -> Sockets.listenTcp(tcp.at());
            case ListenerPlan.Unix unix ->
                    Sockets.listenUnix(unix.path(), unix.mode(), unix.owner());
        };
    }

    private static List<ListenerPlan> listeners(Plan plan) {
        return plan.domains().stream().flatMap(domain -> domain.listeners().stream()).toList();
    }
}

package postern.master;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import postern.base.Bug;
import postern.base.LogLine;
import postern.base.Mailbox;
import postern.base.World;
import postern.os.ChildLink;
import postern.os.Descriptors;
import postern.os.Processes;
import postern.os.Sockets;
import postern.os.Spawner;

/** Starts children and tells the loop what becomes of them. */
final class Launcher {
    private static final int LOG = 2;
    private static final int STATUS_OCTETS_MAX = 1024;

    private final World world;
    private final Bindings bindings;
    private final Mailbox<Event> events;

    Launcher(World world, Bindings bindings, Mailbox<Event> events) {
        this.world = world;
        this.bindings = bindings;
        this.events = events;
    }

    Child start(DomainPlan plan) throws IOException {
        List<Integer> forChildOnly = new ArrayList<>();
        List<Integer> ours = new ArrayList<>();
        boolean started = false;
        try {
            int settings = Descriptors.memoryFile("postern-" + plan.name(), plan.settings());
            forChildOnly.add(settings);
            Descriptors.Pipe status = Descriptors.pipe();
            forChildOnly.add(status.writeEnd());
            ours.add(status.readEnd());
            Descriptors.Pipe lifeline = Descriptors.pipe();
            forChildOnly.add(lifeline.readEnd());
            ours.add(lifeline.writeEnd());
            Map<Integer, Integer> descriptors = new HashMap<>();
            descriptors.put(1, LOG);
            descriptors.put(2, LOG);
            descriptors.put(ChildLink.SETTINGS, settings);
            descriptors.put(ChildLink.STATUS, status.writeEnd());
            descriptors.put(ChildLink.LIFELINE, lifeline.readEnd());
            List<String> command = new ArrayList<>(plan.command());
            addListeners(plan, command, descriptors);
            Spawner.Started process =
                    Spawner.start(
                            new Spawner.Order(
                                    command,
                                    plan.environment(),
                                    plan.identity(),
                                    plan.sandbox(),
                                    descriptors,
                                    plan.directory()));
            started = true;
            world.tasks()
                    .startOwner(
                            "wait-" + process.pid(), () -> watch(process.pid(), status.readEnd()));
            return new Child(
                    plan,
                    process.pid(),
                    process.landlock(),
                    lifeline.writeEnd(),
                    world.clock().nanoTime());
        } finally {
            forChildOnly.forEach(Descriptors::close);
            if (!started) {
                ours.forEach(Descriptors::close);
            }
        }
    }

    /**
     * Tells the loop when somebody connects to one of the domain's listeners, or when that cannot
     * be told.
     */
    void awaitWork(DomainPlan plan) {
        List<Integer> listeners = plan.listeners().stream().map(bindings::descriptor).toList();
        world.tasks()
                .startOwner(
                        "call-" + plan.name(),
                        () -> {
                            if (!Sockets.awaitConnection(listeners)) {
                                world.log()
                                        .warning(
                                                LogLine.about("master")
                                                        .with("cannot-wait-for-work", plan.name()));
                            }
                            events.put(new Event.Called(plan.name()));
                        });
    }

    private void addListeners(
            DomainPlan plan, List<String> command, Map<Integer, Integer> descriptors) {
        int next = ChildLink.FIRST_LISTENER;
        for (ListenerPlan listener : plan.listeners()) {
            int number = descriptors.containsKey(0) ? next++ : 0;
            descriptors.put(number, bindings.descriptor(listener));
            command.add("--listener");
            command.add(listener.name() + "=" + number);
        }
    }

    /** On a thread of its own, for the child's whole life. */
    private void watch(int pid, int status) {
        try {
            Optional<String> line = Descriptors.readLine(status, STATUS_OCTETS_MAX);
            Descriptors.close(status);
            line.filter(text -> text.startsWith(ChildLink.READY))
                    .ifPresent(
                            text -> {
                                String words = text.substring(ChildLink.READY.length()).strip();
                                events.put(new Event.Ready(pid, words));
                            });
            events.put(new Event.Ended(pid, Processes.await(pid)));
        } catch (IOException impossible) {
            throw new Bug("a child can be waited for", impossible);
        }
    }
}

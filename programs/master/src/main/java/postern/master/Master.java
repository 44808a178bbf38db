package postern.master;

import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;
import postern.base.ControlLine;
import postern.base.Endpoint;
import postern.base.Listener;
import postern.base.Log;
import postern.base.LogLine;
import postern.base.Mailbox;
import postern.base.World;
import postern.base.system.SystemNetwork;
import postern.os.Folders;
import postern.os.Identity;
import postern.os.InheritedListeners;
import postern.os.Processes;
import postern.os.Sockets;
import postern.os.UserDatabase;

/** The first process: has the state folder and the listeners, and looks after the others. */
public final class Master {
    private static final int EVENTS_MAX = 256;
    private static final int PASSAGE_MODE = 0711; // others pass through to what is theirs
    private static final int CONTROL_MODE = 0600;
    private static final Duration APPLY_MAX = Duration.ofMinutes(1);

    private final World world;
    private final Plan plan;
    private final Supplier<Replanned> replan;
    private final Instance instance;
    private final Bindings bindings;
    private final Listener control;
    private final Set<String> operators;
    private final Mailbox<Event> events;

    private Master(
            World world,
            Plan plan,
            Supplier<Replanned> replan,
            Instance instance,
            Bindings bindings,
            Listener control,
            Set<String> operators) {
        this.world = world;
        this.plan = plan;
        this.replan = replan;
        this.instance = instance;
        this.bindings = bindings;
        this.control = control;
        this.operators = operators;
        this.events = world.tasks().mailbox(EVENTS_MAX);
    }

    /** Why we ended. */
    public enum Ending {
        ASKED,
        /** A domain cannot serve before somebody mends what it reports. */
        HOPELESS
    }

    /** Why we do not start, a line for each reason. */
    public static final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        /** Of what kind the first reason is. */
        public enum Kind {
            /** An address is taken, or is not ours. */
            LISTENERS,
            /** The state folder cannot be made or written. */
            STATE,
            /** Another master has it. */
            INSTANCE,
            /** A domain's identity cannot reach what it needs. */
            REACH
        }

        private final Kind kind;

        Refused(Kind kind, List<String> problems) {
            super(String.join("\n", problems));
            this.kind = kind;
        }

        public Kind kind() {
            return kind;
        }
    }

    /**
     * Claims the state folder, makes the folders, binds everything. Nothing is started yet.
     *
     * @param replan reads the configuration anew, for a reload; any thread
     */
    public static Master open(World world, Plan plan, Supplier<Replanned> replan) throws Refused {
        Bindings bindings = new Bindings(world.disk());
        try {
            int we = Identity.current().uid();
            if (!world.disk().exists(plan.state())) {
                Folders.make(plan.state(), PASSAGE_MODE, we);
            }
            Folders.make(plan.run(), PASSAGE_MODE, we);
            Instance instance = Instance.claim(world.disk(), plan.run());
            try {
                for (Plan.Folder folder : plan.folders()) {
                    Folders.make(folder.path(), folder.mode(), folder.owner());
                }
                reachable(plan);
                refuse(Refused.Kind.LISTENERS, bindings.add(plan));
                Listener control = listen(Plan.control(plan.state()), we);
                Set<String> operators =
                        Set.copyOf(List.of("root", "0", new UserDatabase().current().name()));
                return new Master(world, plan, replan, instance, bindings, control, operators);
            } catch (IOException | Refused failed) {
                bindings.closeAll();
                instance.close();
                throw failed;
            }
        } catch (IOException failed) {
            throw new Refused(Refused.Kind.STATE, List.of(words(failed)));
        }
    }

    /**
     * Whether every domain's identity can reach what its sandbox grants.
     *
     * @throws Refused it cannot, with the remedies
     */
    public static void reachable(Plan plan) throws Refused, IOException {
        refuse(Refused.Kind.REACH, Reach.problems(plan));
    }

    private static void refuse(Refused.Kind kind, List<String> problems) throws Refused {
        if (!problems.isEmpty()) {
            throw new Refused(kind, problems);
        }
    }

    /**
     * Runs until somebody stops us: by the control socket, by SIGINT or SIGTERM; or until a domain
     * says that no further start will help. All children are gone when it returns.
     *
     * @param whenServing called once, when every domain serves
     * @param whenTerminated called at the end of the JVM's shutdown after an orderly stop; may halt
     */
    public Ending run(Runnable whenServing, Runnable whenTerminated) {
        Log log = world.log();
        log.info(
                LogLine.about("master")
                        .with("starts", ProcessHandle.current().pid())
                        .with("state", plan.state()));
        Mailbox<Boolean> over = world.tasks().mailbox(1);
        Processes.onTermination(
                () -> {
                    stop();
                    if (over.take()) {
                        whenTerminated.run();
                    }
                });
        Control answering = new Control(world, control, events, replan, ourselves(), operators);
        world.tasks().start("control", answering::serve);
        boolean orderly = false;
        try {
            Ending ending = new Supervisor(world, bindings, events, plan, whenServing).run();
            orderly = ending == Ending.ASKED;
            return ending;
        } finally {
            close();
            log.info(LogLine.about("master").say("has stopped"));
            answering.stopped();
            over.put(orderly);
        }
    }

    private Status ourselves() {
        return new Status(
                "master",
                Status.State.RUNNING,
                OptionalInt.of((int) ProcessHandle.current().pid()),
                Identity.current().uid(),
                world.clock().now(),
                0,
                "",
                List.of(Plan.control(plan.state()).toString()));
    }

    /** Goes on by that plan, unless it is refused; the log tells. Any thread. */
    public void apply(Plan other) {
        Mailbox<Event.Answer> reply = world.tasks().mailbox(1);
        events.put(new Event.Apply(other, reply));
        reply.poll(APPLY_MAX)
                .map(answer -> answer.result().text())
                .filter(text -> !text.equals(ControlLine.ok().text()))
                .ifPresent(text -> world.log().warning(LogLine.about("master").with("plan", text)));
    }

    /** Asks for the end. Any thread. */
    public void stop() {
        events.put(new Event.Stop());
    }

    private void close() {
        control.close();
        bindings.closeAll();
        try {
            world.disk().delete(Plan.control(plan.state()));
            instance.close();
        } catch (IOException harmless) {
            // the next master replaces the socket, and the kernel gives up the claim with us
        }
    }

    private static String words(IOException failed) {
        return switch (failed) {
            case AccessDeniedException denied -> denied.getFile() + ": permission denied";
            case NoSuchFileException missing ->
                    missing.getFile() + ": no such file, or its folder is missing";
            case FileSystemException other when other.getReason() != null ->
                    other.getFile() + ": " + other.getReason();
            default -> String.valueOf(failed.getMessage());
        };
    }

    private static Listener listen(Path path, int owner) throws IOException {
        int descriptor = Sockets.listenUnix(path, CONTROL_MODE, owner);
        ServerSocketChannel channel =
                InheritedListeners.unix(descriptor, Path.of(String.valueOf(path.getParent())));
        return new SystemNetwork().inherited(channel, new Endpoint.Local(path));
    }
}

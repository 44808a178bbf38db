package postern.os;

import java.io.IOException;
import java.util.Optional;

/**
 * A child's side of its ties to master, by descriptor number: settings, status, lifeline. When the
 * lifeline breaks, master is dead, and the child ends at once: its successor's master must find the
 * field clear.
 */
public final class ChildLink {
    /** A file with the child's settings. */
    public static final int SETTINGS = 3;

    /** The child writes one line here when it serves. */
    public static final int STATUS = 4;

    /** The child reads commands here; its end is master's end. */
    public static final int LIFELINE = 5;

    /** The first of the listeners besides descriptor 0. */
    public static final int FIRST_LISTENER = 6;

    /** The line that asks to stop accepting, finish what is in flight, and exit. */
    public static final String DRAIN = "drain";

    /** As {@link #DRAIN}, but a successor serves already: what is in flight has its own time. */
    public static final String RETIRE = "retire";

    /** The line that tells that the child serves; words about its sandbox follow. */
    public static final String READY = "ready";

    /** Bound on the settings: a configuration of this size is no configuration. */
    private static final int SETTINGS_OCTETS_MAX = 16 << 20;

    private static final int LINE_OCTETS_MAX = 1024;

    private final Object lock = new Object();
    private Runnable onDrain = () -> {}; // guarded by lock
    private Runnable onRetire = this::drain; // guarded by lock
    private boolean draining; // guarded by lock

    private ChildLink() {}

    /** Takes up the ties, and watches the lifeline from now on. Once per process. */
    public static ChildLink open() {
        ChildLink link = new ChildLink();
        Thread.ofPlatform().name("lifeline").daemon(true).start(link::watch);
        return link;
    }

    public String settingsText() throws IOException {
        return Descriptors.content(SETTINGS, SETTINGS_OCTETS_MAX);
    }

    /**
     * Tells master that we serve. Once.
     *
     * @param sandbox what is in force: {@code seccomp=78}
     */
    public void ready(String sandbox) throws IOException {
        Descriptors.write(STATUS, READY + " " + sandbox + "\n");
        Descriptors.close(STATUS);
    }

    /**
     * What to do when master asks to drain; done at once if it has asked already, and once only. It
     * runs on the lifeline's thread and must not wait: the end of master is not noticed meanwhile.
     */
    public void onDrain(Runnable action) {
        boolean now;
        synchronized (lock) {
            onDrain = action;
            now = draining;
        }
        if (now) {
            action.run();
        }
    }

    /** What to do when master asks to retire, on the same terms; without it the child drains. */
    public void onRetire(Runnable action) {
        synchronized (lock) {
            onRetire = action;
        }
    }

    private void watch() {
        while (true) {
            Optional<String> line;
            try {
                line = Descriptors.readLine(LIFELINE, LINE_OCTETS_MAX);
            } catch (IOException broken) {
                line = Optional.empty();
            }
            if (line.isEmpty()) {
                Runtime.getRuntime().halt(0);
            }
            if (line.get().equals(DRAIN)) {
                drain();
            } else if (line.get().equals(RETIRE)) {
                retire();
            }
        }
    }

    private void retire() {
        Runnable action;
        synchronized (lock) {
            action = onRetire;
        }
        action.run();
    }

    private void drain() {
        Runnable action;
        synchronized (lock) {
            if (draining) {
                return;
            }
            draining = true;
            action = onDrain;
        }
        action.run();
    }
}

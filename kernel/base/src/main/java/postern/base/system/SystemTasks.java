package postern.base.system;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import postern.base.Bug;
import postern.base.Log;
import postern.base.LogLine;
import postern.base.Mailbox;
import postern.base.Tasks;

/** Virtual threads for sessions, platform threads for owners of files. */
final class SystemTasks implements Tasks {
    /** EX_SOFTWARE of sysexits(3): master restarts what exits so. */
    private static final int EXIT_SOFTWARE = 70;

    /** What a report of a fault names: so many throwables of its chain, so many frames of each. */
    private static final int CAUSES = 4;

    private static final int FRAMES = 8;

    /** Who is broken off needs no more than to be told that its socket is closed. */
    private static final Duration BREAKING_OFF = Duration.ofMillis(500);

    private final Log log;

    SystemTasks(Log log) {
        this.log = log;
    }

    @Override
    public void start(String name, Runnable task) {
        session(name, task).start();
    }

    @Override
    public void startWorker(String name, Runnable task) {
        session(Thread.ofPlatform().daemon(true).name(name), name, task).start();
    }

    private Thread session(String name, Runnable task) {
        return session(Thread.ofVirtual().name(name), name, task);
    }

    private Thread session(Thread.Builder builder, String name, Runnable task) {
        return builder.unstarted(
                () -> {
                    try {
                        task.run();
                    } catch (RuntimeException ours) {
                        report(name, ours);
                    } catch (Error fatal) {
                        halt(name, fatal);
                    }
                });
    }

    @Override
    public boolean within(Duration limit, String name, Runnable task) {
        Thread thread = session(name, task);
        thread.start();
        try {
            if (thread.join(limit)) {
                return true;
            }
            thread.interrupt(); // of a virtual thread at a socket: java.net.Socket closes it
            boolean _ = thread.join(BREAKING_OFF);
            return false;
        } catch (InterruptedException interrupted) {
            throw new Bug("nobody interrupts", interrupted);
        }
    }

    @Override
    public void startOwner(String name, Runnable task) {
        Thread thread =
                Thread.ofPlatform()
                        .name(name)
                        .daemon(true)
                        .unstarted(
                                () -> {
                                    try {
                                        task.run();
                                    } catch (RuntimeException | Error fatal) {
                                        halt(name, fatal);
                                    }
                                });
        thread.start();
    }

    @Override
    public <T> Mailbox<T> mailbox(int capacity) {
        return new BlockingMailbox<>(capacity);
    }

    @Override
    public <T> T await(CompletionStage<T> stage) throws ExecutionException {
        try {
            return stage.toCompletableFuture().get();
        } catch (InterruptedException interrupted) {
            throw new Bug("nobody interrupts", interrupted);
        }
    }

    private void report(String name, Throwable ours) {
        LogLine line = LogLine.about("panic").with("task", name);
        String key = "error"; // then what caused it: the first throw is what a developer needs
        Throwable told = ours;
        for (int depth = 0; told != null && depth < CAUSES; depth++) {
            line.with(key, told);
            StackTraceElement[] frames = told.getStackTrace();
            for (int i = 0; i < Math.min(frames.length, FRAMES); i++) {
                line.with("at", frames[i]);
            }
            key = "cause";
            told = told.getCause();
        }
        log.error(line);
    }

    private void halt(String name, Throwable fatal) {
        try {
            report(name, fatal);
        } finally {
            Runtime.getRuntime().halt(EXIT_SOFTWARE);
        }
    }
}

package postern.testkit;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import postern.base.Bug;
import postern.base.Mailbox;
import postern.base.Tasks;

/** Tasks of one process. What a task should not have thrown is kept for the test to see. */
final class SimTasks implements Tasks {
    private final SimWorld sim;
    private final SimProcess process;
    private final Baton baton;

    SimTasks(SimWorld sim, SimProcess process, Baton baton) {
        this.sim = sim;
        this.process = process;
        this.baton = baton;
    }

    @Override
    public void start(String name, Runnable task) {
        launch(
                name,
                () -> {
                    try {
                        task.run();
                    } catch (Killed dead) {
                        // the end of a task of a dead process
                    } catch (RuntimeException ours) {
                        report(name, ours);
                    } catch (Error fatal) {
                        report(name, fatal);
                        process.halt();
                    }
                });
    }

    @Override
    public void startOwner(String name, Runnable task) {
        launch(
                name,
                () -> {
                    try {
                        task.run();
                    } catch (Killed dead) {
                        // the end of a task of a dead process
                    } catch (RuntimeException | Error fatal) {
                        report(name, fatal);
                        process.halt();
                    }
                });
    }

    /** Nothing is broken off here: a simulated socket has deadlines of its own. */
    @Override
    public boolean within(Duration limit, String name, Runnable task) {
        Mailbox<String> ended = mailbox(1);
        start(
                name,
                () -> {
                    try {
                        task.run();
                    } finally {
                        boolean _ = ended.offer(name);
                    }
                });
        return ended.poll(limit).isPresent();
    }

    private void launch(String name, Runnable body) {
        if (process.alive()) {
            process.adopt(baton.start(process.name() + "/" + name, process, body));
        }
    }

    private void report(String name, Throwable thrown) {
        if (process.alive()) {
            sim.panicked(process.name(), name, thrown);
        }
    }

    @Override
    public <T> Mailbox<T> mailbox(int capacity) {
        return new SimMailbox<>(baton, capacity);
    }

    @Override
    public <T> T await(CompletionStage<T> stage) throws ExecutionException {
        baton.pause();
        CompletableFuture<T> future = stage.toCompletableFuture();
        if (!future.isDone()) {
            Waiters waiters = new Waiters();
            var unused = future.whenComplete((value, failed) -> baton.wake(waiters));
            while (!future.isDone()) {
                baton.await(waiters, Long.MAX_VALUE);
            }
        }
        try {
            return future.get();
        } catch (InterruptedException interrupted) {
            throw new Bug("nobody interrupts", interrupted);
        }
    }
}

package postern.qmgr;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import postern.base.World;
import postern.mail.Content;
import postern.mail.Notices.Notice;
import postern.mail.QueueId;
import postern.spool.Progress;
import postern.spool.QueuedMessage;
import postern.spool.Spool;

/**
 * The queue as those see it who put mail into it: while the output cannot follow, each message
 * waits a moment before it is taken, so that a client in a hurry does not take the time and the
 * disk that deliveries need. Any thread.
 */
public final class InFlow implements Spool {
    private final World world;
    private final Spool spool;
    private final QueueManager queue;
    private final Duration delay;

    public InFlow(World world, Spool spool, QueueManager queue, QmgrConfig config) {
        this.world = world;
        this.spool = spool;
        this.queue = queue;
        this.delay = config.inFlowDelay();
    }

    @Override
    public Reception receive(long announcedOctets) throws IOException {
        if (queue.behind() && delay.isPositive()) {
            world.clock().sleep(delay);
        }
        return spool.receive(announcedOctets);
    }

    @Override
    public void open(Listener listener) throws IOException {
        spool.open(listener);
    }

    @Override
    public void replay(Listener found) throws IOException {
        spool.replay(found);
    }

    @Override
    public QueuedMessage load(QueueId id) throws IOException {
        return spool.load(id);
    }

    @Override
    public Content content(QueueId id) throws IOException {
        return spool.content(id);
    }

    @Override
    public void history(QueueId id, PastReader reader) throws IOException {
        spool.history(id, reader);
    }

    @Override
    public CompletionStage<Void> record(QueueId id, List<Progress> changes) {
        return spool.record(id, changes);
    }

    @Override
    public CompletionStage<QueueId> inject(
            Notice notice, QueueId about, boolean delayed, List<Progress> changes) {
        return spool.inject(notice, about, delayed, changes);
    }

    @Override
    public Usage usage() {
        return spool.usage();
    }

    @Override
    public void close() throws IOException {
        spool.close();
    }
}

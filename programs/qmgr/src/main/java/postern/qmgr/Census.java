package postern.qmgr;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.function.Supplier;
import postern.mail.Envelope;
import postern.mail.Mailbox;
import postern.mail.QueueId;
import postern.mail.Route;
import postern.mail.Router;
import postern.spool.Progress;
import postern.spool.QueuedMessage;
import postern.spool.Spool;

/** Counts the whole queue, most of it by what is in memory. Not on the schedule's thread. */
final class Census {
    /** Slots of the roster in one page, where nothing of a message is read from disk. */
    private static final int PAGE = 32_768;

    /** Pages under way at once: some 20 ms of the schedule's thread. */
    private static final int PAGES_ASKED = 3;

    private final QueueManager queue;
    private final Spool spool;
    private final Router router;

    Census(QueueManager queue, Spool spool, Router router) {
        this.queue = queue;
        this.spool = spool;
        this.router = router;
    }

    /** Begins again where the roster has grown meanwhile. */
    Survey taken(Supplier<Survey> blank) throws IOException {
        Survey survey = blank.get();
        while (!counted(survey)) {
            survey = blank.get();
        }
        return survey;
    }

    /**
     * In steps, so that no mail waits for it; the next is asked for before the last is done, or on
     * a busy machine most of the time would go into waking up.
     */
    private boolean counted(Survey survey) throws IOException {
        int slots = queue.ask((schedule, _) -> schedule.operator().slots());
        List<QueueId> unread = new ArrayList<>();
        var pages = new ArrayDeque<CompletionStage<Optional<List<QueueId>>>>();
        boolean whole = true;
        for (int from = 0; whole && from < slots; from += PAGE) {
            pages.add(page(survey, from, slots));
            whole = pages.size() < PAGES_ASKED || gathered(pages.remove(), unread);
        }
        for (var page : pages) {
            whole &= gathered(page, unread);
        }
        if (whole) {
            read(unread, survey);
        }
        return whole;
    }

    private CompletionStage<Optional<List<QueueId>>> page(Survey survey, int from, int slots) {
        return queue.asked(
                (schedule, _) ->
                        schedule.operator().slots() == slots
                                ? Optional.of(schedule.operator().survey(from, PAGE, survey))
                                : Optional.empty());
    }

    private boolean gathered(CompletionStage<Optional<List<QueueId>>> page, List<QueueId> unread) {
        Optional<List<QueueId>> ids = queue.answered(page);
        ids.ifPresent(unread::addAll);
        return ids.isPresent();
    }

    private void read(List<QueueId> unread, Survey survey) throws IOException {
        for (QueueId id : unread) {
            try {
                count(spool.load(id), Standing.UNKNOWN, _ -> true, survey);
            } catch (Spool.NotQueued left) {
                continue;
            }
        }
    }

    /**
     * Counts recipients of one message that was read, by next hop as the schedule does.
     *
     * @param meant which of those that wait
     */
    void count(QueuedMessage message, Standing standing, Predicate<Progress> meant, Survey survey) {
        Envelope envelope = message.envelope();
        for (Progress progress : message.progress()) {
            if (!progress.state().last() && meant.test(progress)) {
                Mailbox mailbox = envelope.recipients().get(progress.recipient()).mailbox();
                survey.count(
                        Listing.way(message, standing, progress, router)
                                .map(Route.To::nextHop)
                                .orElse(mailbox.domain().text()),
                        envelope.arrived().getEpochSecond(),
                        progress.due().getEpochSecond(),
                        Listing.reason(standing, progress));
            }
        }
    }
}

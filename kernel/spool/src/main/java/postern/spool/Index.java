package postern.spool;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import postern.base.Bug;
import postern.base.NumberTable;
import postern.mail.Envelope;
import postern.mail.QueueId;

/** The live messages, and what each segment holds of them. Any thread. */
final class Index {
    private final Object lock = new Object();
    private final NumberTable<LiveMessage> messages = // guarded by lock
            new NumberTable<>(LiveMessage::number);
    private final Map<Long, Use> segments = new HashMap<>(); // guarded by lock
    private final Texts texts = new Texts(); // guarded by lock

    /** What waits for the end of a move; guarded by lock. */
    private final Map<LiveMessage, List<Runnable>> deferred = new HashMap<>();

    private long liveOctets; // guarded by lock

    /** What keeps a segment. */
    private static final class Use {
        private long octets;
        private int pins;
        private boolean kept;
        private long[] ids = new long[16]; // of messages put there, the dead among them
        private int idCount;

        void put(long id) {
            if (idCount > 0 && ids[idCount - 1] == id) {
                return; // another part of the same message
            }
            if (idCount == ids.length) {
                ids = Arrays.copyOf(ids, idCount * 2);
            }
            ids[idCount++] = id;
        }
    }

    /** What a message's copy must say of it, taken while it holds still. */
    record Moving(LiveMessage message, ProgressRecord progress) {}

    Optional<LiveMessage> find(QueueId id) {
        synchronized (lock) {
            return Optional.ofNullable(messages.get(id.value()));
        }
    }

    void add(LiveMessage message) {
        synchronized (lock) {
            LiveMessage former = messages.put(message);
            Bug.unless(former == null, "a queue id is used once");
            put(message);
        }
    }

    /** Applies what is recorded; true when the message is finished and has left. */
    boolean apply(LiveMessage message, ProgressRecord record) {
        synchronized (lock) {
            message.apply(record, texts);
            boolean leaves = message.finished() && messages.remove(message.number()) != null;
            if (leaves) {
                take(message);
            }
            return leaves;
        }
    }

    void moved(LiveMessage message, Place to) {
        synchronized (lock) {
            take(message);
            message.place(to);
            put(message);
        }
    }

    private void put(LiveMessage message) {
        long id = message.number();
        message.place()
                .each(
                        (segment, octets) -> {
                            Use use = use(segment);
                            use.octets += octets;
                            use.put(id);
                            liveOctets += octets;
                        });
    }

    private void take(LiveMessage message) {
        message.place()
                .each(
                        (segment, octets) -> {
                            use(segment).octets -= octets;
                            liveOctets -= octets;
                        });
    }

    private Use use(long segment) {
        return segments.computeIfAbsent(segment, _ -> new Use());
    }

    /** Keeps a segment though nothing in it is live yet, or nothing that could be told. */
    void pin(long segment) {
        synchronized (lock) {
            use(segment).pins++;
        }
    }

    void unpin(long segment) {
        synchronized (lock) {
            use(segment).pins--;
        }
    }

    /** The segment holds what could not be copied aside: its file is never deleted. */
    void keep(long segment) {
        synchronized (lock) {
            use(segment).kept = true;
        }
    }

    boolean kept(long segment) {
        synchronized (lock) {
            Use use = segments.get(segment);
            return use != null && use.kept;
        }
    }

    boolean pinned(long segment) {
        synchronized (lock) {
            Use use = segments.get(segment);
            return use != null && use.pins > 0;
        }
    }

    /** Whether anything in the segment is needed. */
    boolean needed(long segment) {
        synchronized (lock) {
            Use use = segments.get(segment);
            return use != null && (use.pins > 0 || use.octets > 0);
        }
    }

    void released(long segment) {
        synchronized (lock) {
            segments.remove(segment);
        }
    }

    /** The live messages with something in the segment. */
    List<LiveMessage> within(long segment) {
        synchronized (lock) {
            Use use = segments.get(segment);
            List<LiveMessage> within = new ArrayList<>();
            for (int i = 0; use != null && i < use.idCount; i++) {
                LiveMessage message = messages.get(use.ids[i]);
                if (message != null && message.place().within(segment)) {
                    within.add(message);
                }
            }
            return within;
        }
    }

    /**
     * Begins a change of the message.
     *
     * @return false where it is being copied: {@code later} is run behind the copy, and begins anew
     */
    boolean begin(LiveMessage message, Runnable later) {
        synchronized (lock) {
            if (!message.moving()) {
                message.changing(1);
                return true;
            }
            deferred.computeIfAbsent(message, _ -> new ArrayList<>()).add(later);
            return false;
        }
    }

    void end(LiveMessage message) {
        synchronized (lock) {
            message.changing(-1);
        }
    }

    boolean finishedWith(LiveMessage message, List<Progress> changes) {
        synchronized (lock) {
            return message.finishedWith(changes);
        }
    }

    /** Holds the message still for a copy; empty where it changes just now, or has left. */
    Optional<Moving> beginMove(LiveMessage message) {
        synchronized (lock) {
            boolean here = messages.get(message.number()) != null;
            if (!here || message.moving() || message.changing()) {
                return Optional.empty();
            }
            message.moving(true);
            var progress = new ProgressRecord(message.delayNoticeSent(), message.recorded());
            return Optional.of(new Moving(message, progress));
        }
    }

    /** Lets the message go on; returns what waited for that, to be run now, oldest first. */
    List<Runnable> endMove(LiveMessage message) {
        synchronized (lock) {
            message.moving(false);
            List<Runnable> waiting = deferred.remove(message);
            return waiting == null ? List.of() : waiting;
        }
    }

    /** The message as it stands, with the envelope read for it. */
    QueuedMessage queued(LiveMessage message, Envelope envelope) {
        synchronized (lock) {
            return message.queued(envelope);
        }
    }

    /** Those with an id up to that. */
    List<LiveMessage> oldestFirst(long highestId) {
        synchronized (lock) {
            List<LiveMessage> all = new ArrayList<>(messages.size());
            messages.forEach(
                    message -> {
                        if (message.number() <= highestId) {
                            all.add(message);
                        }
                    });
            all.sort(Comparator.comparingLong(LiveMessage::number));
            return all;
        }
    }

    long messages() {
        synchronized (lock) {
            return messages.size();
        }
    }

    long liveOctets() {
        synchronized (lock) {
            return liveOctets;
        }
    }
}

package postern.spool;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import postern.mail.Content;
import postern.mail.Envelope;
import postern.mail.MailOptions;
import postern.mail.Notices.Notice;
import postern.mail.Origin;
import postern.mail.QueueId;
import postern.mail.Recipient;
import postern.mail.ReversePath;

/** Messages in the queue log: the writing half is for cleanup and qmgr alone. Any thread. */
public interface Spool extends Closeable {

    /**
     * Takes the queue over. From then on mail can be taken, and each message that becomes durable
     * is handed to the listener. Once, before anything else; short, however long the queue is.
     *
     * @throws IOException another process has the queue, or it cannot be read
     */
    void open(Listener listener) throws IOException;

    /**
     * Reads what the queue held before it was opened, and hands each live message to the listener,
     * oldest first, on this thread, which may wait there. Once; until it returns no space is given
     * back.
     *
     * @throws IOException the log cannot be read: what was delivered must not be forgotten, so the
     *     process should not go on
     */
    void replay(Listener found) throws IOException;

    /** Both, for who needs all of the queue before anything else. */
    default void recover(Listener listener) throws IOException {
        open(listener);
        replay(listener);
    }

    /**
     * A live message as it stands: its envelope is read from disk.
     *
     * @throws NotQueued it is not in the queue any more
     */
    QueuedMessage load(QueueId id) throws IOException;

    /**
     * Begins to take a message.
     *
     * @throws NoSpace the disk is too full (RFC 5321: 452), said before anything is written
     */
    Reception receive(long announcedOctets) throws IOException;

    /** The content of a live message. */
    Content content(QueueId id) throws IOException;

    /**
     * What the log still tells of a message, oldest first: of one in the queue all since it was
     * taken, or copied forward; of one that has left, what is in segments that are not yet given
     * back. Nothing for an id that the log does not know (any more). Reads the segments from the
     * message's on.
     */
    void history(QueueId id, PastReader reader) throws IOException;

    /** Takes events one by one; may wait. */
    interface PastReader {
        void past(Past event) throws IOException;
    }

    /**
     * Records what became of recipients. A message whose recipients have all reached a last state
     * leaves the queue. Not urgent: nobody waits for it.
     */
    CompletionStage<Void> record(QueueId id, List<Progress> changes);

    /**
     * Puts a notice into the queue and, in the same batch, records the progress that it tells of:
     * after a crash there are both or neither.
     *
     * @param delay whether it is a notice of delay, to be sent once
     */
    CompletionStage<QueueId> inject(
            Notice notice, QueueId about, boolean delay, List<Progress> changes);

    /** Octets of live content, and of all segments. */
    Usage usage();

    record Usage(long messages, long liveOctets, long segmentOctets) {}

    /** Called on the log's own thread: must not wait. */
    interface Listener {
        void queued(QueuedMessage message);
    }

    /**
     * A message on its way into the log. One thread. Closing it before {@link #commit} leaves
     * nothing behind.
     */
    interface Reception extends Closeable {

        QueueId id();

        /** Takes content, in order; what exceeds a record goes to the log at once (unsynced). */
        void write(byte[] octets, int offset, int length) throws IOException;

        /**
         * Room for the next octets, one at the least; {@link #filled} says what was put there. What
         * was full before may go to the log now.
         *
         * @param wanted how many are to come as far as the caller knows, one at the least
         */
        ByteBuffer room(int wanted) throws IOException;

        /** So many octets were put to the front of {@link #room}. */
        void filled(int octets);

        /**
         * Ends the message. Complete at the instant of responsibility: content and envelope are
         * durable.
         *
         * @return the envelope, with id and arrival; fails with {@link IOException} (NoSpace among
         *     them) where nothing was taken
         */
        default CompletionStage<Envelope> commit(
                ReversePath sender,
                MailOptions options,
                Origin origin,
                List<Recipient> recipients) {
            return commit(sender, options, origin, recipients, "");
        }

        /**
         * The same, and nothing is tried for the message until the operator releases it.
         *
         * @param held why; empty where it is not held. In the same record as the envelope: there is
         *     no instant at which it could be tried
         */
        CompletionStage<Envelope> commit(
                ReversePath sender,
                MailOptions options,
                Origin origin,
                List<Recipient> recipients,
                String held);

        @Override
        void close();
    }

    /** The disk has no room for it; it may have later. */
    final class NoSpace extends IOException {
        private static final long serialVersionUID = 1;

        public NoSpace(String message) {
            super(message);
        }
    }

    /** A later Postern wrote a part of the queue, in a way that this one cannot read. */
    final class NewerFormat extends IOException {
        private static final long serialVersionUID = 1;

        public NewerFormat(String message) {
            super(message);
        }
    }

    /** The message is not in the queue any more: nothing can be recorded of it. */
    final class NotQueued extends IOException {
        private static final long serialVersionUID = 1;

        public NotQueued(String message) {
            super(message);
        }
    }
}

package postern.cleanup;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import postern.base.LogLine;
import postern.base.Peer;
import postern.base.World;
import postern.mail.Content;
import postern.mail.Envelope;
import postern.mail.Expansion;
import postern.mail.Mailbox;
import postern.mail.Notices;
import postern.mail.Origin;
import postern.mail.Outcome;
import postern.mail.Recipient;
import postern.mail.Router;
import postern.spool.Spool;

/**
 * Tells a sender who wants to hear of success (NOTIFY=SUCCESS) that an address stands for several
 * recipients: RFC 3461 §5.2.7.3 (c). One message, one thread only. A crash right after the message
 * was taken may cost this notice; the message itself is safe, and its failures are told as always.
 */
final class ExpansionNotice {
    /** So much of the message is kept for the notice, which returns its header. */
    private static final int HEAD_OCTETS_MAX = 64 << 10;

    private final World world;
    private final Router router;
    private final Spool spool;
    private final Notices notices;
    private final List<Notices.Report> reports = new ArrayList<>();
    private byte[] head = {}; // nothing, where nobody is to be told
    private int length;

    ExpansionNotice(World world, Router router, Spool spool, Notices notices) {
        this.world = world;
        this.router = router;
        this.spool = spool;
        this.notices = notices;
    }

    /** A recipient that stands for several. */
    void expanded(Recipient recipient, int members) {
        if (recipient.wanted().success()) {
            Instant now = world.clock().now();
            var outcome = new Outcome.Delivered("2.1.5", "expanded to " + members + " recipients");
            reports.add(new Notices.Report(recipient, outcome, "", now, now));
        }
    }

    /** What its members are asked to tell: of success the notice here tells. */
    static Recipient.Notify membersNotify(Recipient.Notify wanted) {
        return wanted.success()
                ? new Recipient.Notify(true, false, wanted.failure(), wanted.delay())
                : wanted;
    }

    /** Whether it wants to see what is written of the message. */
    boolean looks() {
        return !reports.isEmpty() && length < HEAD_OCTETS_MAX;
    }

    /** Sees it. */
    void content(byte[] octets, int offset, int count) {
        if (!looks()) {
            return;
        }
        int taken = Math.min(count, HEAD_OCTETS_MAX - length);
        if (length + taken > head.length) {
            head = Arrays.copyOf(head, Math.max(length + taken, 2 * length));
        }
        System.arraycopy(octets, offset, head, length, taken);
        length += taken;
    }

    /** The message is safe in the queue. */
    void taken(Envelope envelope) {
        if (reports.isEmpty()) {
            return;
        }
        try (Content content = new Head(head, length)) {
            Optional<Notices.Notice> notice =
                    notices.compose(
                            Notices.Kind.EXPANDED, envelope, content, reports, world.clock().now());
            if (notice.isPresent()) {
                queue(envelope, notice.get());
            }
        } catch (IOException failed) {
            untold(envelope, failed);
        }
    }

    private void queue(Envelope envelope, Notices.Notice notice) throws IOException {
        byte[] octets = notice.octets();
        try (var reception = spool.receive(octets.length)) {
            reception.write(octets, 0, octets.length);
            var _ =
                    reception
                            .commit(
                                    notice.sender(),
                                    notice.options(),
                                    Origin.OURSELVES,
                                    readers(notice.recipients()))
                            .whenComplete(
                                    (told, failure) -> {
                                        if (failure != null) {
                                            untold(envelope, failure);
                                        } else {
                                            told(envelope, told);
                                        }
                                    });
        }
    }

    /** Whom a notice is for may be an alias as well. */
    private List<Recipient> readers(List<Recipient> recipients) {
        Map<Mailbox, Recipient> all = new LinkedHashMap<>();
        for (Recipient recipient : recipients) {
            List<Mailbox> members =
                    switch (router.expand(recipient.mailbox())) {
                        case Expansion.Recipients(List<Mailbox> several) -> several;
                        case Expansion.Unanswered _ -> List.of(recipient.mailbox());
                    };
            members.forEach(member -> all.putIfAbsent(member, Recipient.of(member)));
        }
        return List.copyOf(all.values());
    }

    private void told(Envelope envelope, Envelope notice) {
        world.log()
                .info(
                        LogLine.about(envelope.id().text())
                                .with("notice", notice.id().text())
                                .say("sender told of expansion"));
    }

    private void untold(Envelope envelope, Throwable why) {
        world.log()
                .warning(
                        LogLine.about(envelope.id().text())
                                .with("error", why.getMessage())
                                .say("sender not told of expansion"));
    }

    /** The beginning of the message. */
    private record Head(byte[] all, int length) implements Content {
        @Override
        public long octets() {
            return length;
        }

        @Override
        public boolean dotLines() {
            return false;
        }

        @Override
        public int read(long position, byte[] into, int offset, int most) {
            if (position >= length) {
                return -1;
            }
            int count = (int) Math.min(most, length - position);
            System.arraycopy(all, (int) position, into, offset, count);
            return count;
        }

        @Override
        public void send(Peer peer, long position, long count) throws IOException {
            throw new IOException("a head is read, not sent");
        }

        @Override
        public void close() {}
    }
}

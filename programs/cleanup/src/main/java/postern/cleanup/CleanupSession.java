package postern.cleanup;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import postern.base.Bug;
import postern.base.LogLine;
import postern.base.World;
import postern.ipc.Attributes;
import postern.ipc.LmtpSession;
import postern.mail.Admission;
import postern.mail.Envelope;
import postern.mail.Expansion;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Origin;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.mail.Rewriter;
import postern.mail.Route;
import postern.mail.Router;
import postern.spool.Spool;
import postern.wire.Reply;

/** The hand-over from smtpd, one connection of it. One thread only. */
final class CleanupSession implements LmtpSession {
    /**
     * Recipients of one message after expansion. Origin: Postfix keeps lists of 1000 aliases of up
     * to 1000 members apart.
     */
    static final int RECIPIENTS_MAX = 10_000;

    private static final int SCRATCH_OCTETS_MAX = 64 * 1024;

    /** Who writes where the envelope names nobody: RFC 5322 §3.6.2 wants an author. */
    private static final String NOTICES = "MAILER-DAEMON";

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private static final Reply OK = Reply.of(250, "2.1.0", "Ok");
    private static final Reply RECIPIENT_OK = Reply.of(250, "2.1.5", "Ok");

    /** RFC 3463 §3.4: other or undefined mail system status. */
    private static final String LOOKUP_FAILED = "4.3.0";

    private static final Reply TOO_LARGE =
            Reply.of(552, "5.3.4", "Message size exceeds fixed limit"); // RFC 1870 §6.1
    private static final Reply TOO_MANY =
            Reply.of(452, "4.5.3", "Too many recipients"); // RFC 5321 §4.5.3.1.10

    private final World world;
    private final CleanupConfig config;
    private final Router router;
    private final Rewriter rewriter;
    private final Spool spool;
    private final Trace trace;
    private final Supplier<ExpansionNotice> expansions;

    private Origin origin = Origin.OURSELVES;
    private String held = "";
    private ReversePath sender = ReversePath.NOBODY;
    private MailOptions options = MailOptions.NONE;
    private long announced;
    private final Named named = new Named();
    private final Map<Mailbox, Recipient> recipients = new LinkedHashMap<>();
    private Spool.@Nullable Reception reception;
    private @Nullable Archiving archive;
    private @Nullable Completion completion;
    private long octets;
    private ByteBuffer scratch = NOTHING; // for content that is looked at or doubled on its way
    private boolean straight; // into the queue, without a detour
    private ExpansionNotice expansion;
    private @Nullable Reply refusal;

    CleanupSession(
            World world,
            CleanupConfig config,
            Router router,
            Rewriter rewriter,
            Spool spool,
            Trace trace,
            Supplier<ExpansionNotice> expansions) {
        this.world = world;
        this.config = config;
        this.router = router;
        this.rewriter = rewriter;
        this.spool = spool;
        this.trace = trace;
        this.expansions = expansions;
        this.expansion = expansions.get();
    }

    /** The envelope as it came. One thread only. */
    static final class Named {
        private ReversePath sender = ReversePath.NOBODY;
        private final List<Mailbox> recipients = new ArrayList<>();

        ReversePath sender() {
            return sender;
        }

        List<Mailbox> recipients() {
            return recipients;
        }

        void clear() {
            sender = ReversePath.NOBODY;
            recipients.clear();
        }
    }

    @Override
    public Reply mail(Attributes attributes, ReversePath from, MailOptions asked, long size) {
        abort();
        if (tooLarge(size)) {
            return TOO_LARGE;
        }
        origin = attributes.origin();
        held = attributes.text(Attributes.Name.QUARANTINE);
        options = asked;
        announced = size;
        return sender(from);
    }

    private Reply sender(ReversePath from) {
        named.sender = from;
        sender = from;
        if (from instanceof ReversePath.Sender(Mailbox mailbox) && !rewriter.leavesEnvelopes()) {
            switch (rewriter.sender(mailbox)) {
                case Expansion.Unanswered later -> {
                    return putOff(later);
                }
                case Expansion.Recipients(List<Mailbox> one) ->
                        sender = ReversePath.of(one.getFirst());
            }
        }
        return OK;
    }

    @Override
    public Reply rcpt(Recipient recipient) {
        if (recipients.size() >= RECIPIENTS_MAX) {
            return TOO_MANY;
        }
        Mailbox mailbox = recipient.mailbox();
        if (!rewriter.leavesEnvelopes()) {
            Expansion rewritten = rewriter.recipient(mailbox);
            if (!(rewritten instanceof Expansion.Recipients(List<Mailbox> one))) {
                return putOff(rewritten);
            }
            mailbox = one.getFirst();
            Expansion copied = copies(rewriter.copies(mailbox));
            if (copied instanceof Expansion.Unanswered) {
                return putOff(copied);
            }
        }
        Expansion expanded = router.expand(mailbox);
        if (!(expanded instanceof Expansion.Recipients(List<Mailbox> mailboxes))) {
            return putOff(expanded);
        }
        named.recipients.add(recipient.mailbox());
        Recipient.Notify wanted = recipient.wanted();
        if (mailboxes.size() > 1) {
            expansion.expanded(recipient, mailboxes.size());
            wanted = ExpansionNotice.membersNotify(wanted);
        }
        for (Mailbox each : mailboxes) {
            recipients.putIfAbsent(each, new Recipient(each, wanted, recipient.original()));
        }
        return RECIPIENT_OK;
    }

    /** One recipient that cannot be settled puts off the message: no other gets it twice. */
    private Reply putOff(Expansion unanswered) {
        Reply reply;
        if (unanswered instanceof Expansion.Unanswered(String status, String why)
                && !status.equals(LOOKUP_FAILED)) {
            reply = Reply.of(451, status, why);
            world.log().warning(LogLine.about("cleanup").with("put-off", reply));
        } else {
            reply = unanswered("envelope", unanswered.toString());
        }
        refuse(reply);
        return reply;
    }

    /** Those who get a copy are recipients as others, but nobody is told what becomes of it. */
    private Expansion copies(Expansion copies) {
        if (!(copies instanceof Expansion.Recipients(List<Mailbox> wanted))) {
            return copies;
        }
        for (Mailbox copy : wanted) {
            Expansion expanded = router.expand(copy);
            if (!(expanded instanceof Expansion.Recipients(List<Mailbox> mailboxes))) {
                return expanded;
            }
            for (Mailbox mailbox : mailboxes) {
                recipients.putIfAbsent(mailbox, new Recipient(mailbox, Recipient.Notify.NEVER, ""));
            }
        }
        return copies;
    }

    @Override
    public ByteBuffer room(int wanted) throws IOException {
        if (refusal == null && reception == null) {
            begin(octets + wanted);
        }
        Spool.Reception open = reception;
        boolean untouched = completion == null && archive == null && !expansion.looks();
        straight = open != null && untouched;
        if (open != null && untouched) {
            return open.room(wanted);
        }
        if (scratch.capacity() < Math.min(wanted, SCRATCH_OCTETS_MAX)) {
            scratch = ByteBuffer.allocate(Math.min(wanted, SCRATCH_OCTETS_MAX));
        }
        return scratch.clear();
    }

    @Override
    public void filled(int more) throws IOException {
        octets += more;
        Spool.Reception open = reception;
        if (open == null) {
            return; // refused
        }
        if (tooLarge(octets)) {
            refuse(TOO_LARGE);
        } else if (straight) {
            open.filled(more);
        } else {
            try {
                write(scratch.array(), 0, more);
            } catch (Completion.PutOff later) {
                refuse(unanswered("header", String.valueOf(later.getMessage())));
            }
        }
    }

    @Override
    public List<Reply> end() throws IOException {
        if (refusal == null && reception == null) {
            begin(0); // a message without any octet
        }
        Reply refused = refusal;
        Reply reply = refused != null ? refused : commit();
        List<Reply> replies = Collections.nCopies(named.recipients.size(), reply);
        reset();
        return replies;
    }

    @Override
    public void abort() {
        reset();
    }

    @Override
    public Reply verify(Mailbox recipient) {
        return switch (router.admit(recipient)) {
            case Admission.NotOurs(boolean domain) ->
                    Reply.of(252, domain ? "2.0.0" : "2.1.5", "not ours");
            case Admission.Ours(Route route) -> verified(recipient, route);
        };
    }

    private Reply verified(Mailbox recipient, Route route) {
        return switch (route) {
            case Route.To _, Route.Discard _, Route.Hold _ ->
                    Reply.of(250, "2.1.5", "<" + recipient + ">");
            case Route.Unknown(String status, String why) -> Reply.of(550, status, why);
            case Route.Refused(String status, String text) -> Reply.of(550, status, text);
            case Route.Retry(String status, String text) -> Reply.of(450, status, text);
            case Route.Unanswered(String why) -> unanswered("<" + recipient + ">", why);
        };
    }

    /** Why is for the log: names of servers and what they say are no stranger's business. */
    private Reply unanswered(String about, String why) {
        world.log().warning(LogLine.about("cleanup").with("put-off", about).with("reason", why));
        return Reply.of(451, LOOKUP_FAILED, "Temporary lookup failure");
    }

    private boolean tooLarge(long size) {
        return config.messageOctetsMax() > 0 && size > config.messageOctetsMax();
    }

    /** Opens the reception and writes what stands before the content; refuses where it cannot. */
    private void begin(long known) throws IOException {
        Spool.Reception begun;
        Expansion copied = copies(rewriter.copies(sender));
        if (copied instanceof Expansion.Unanswered) {
            Reply unused = putOff(copied);
            return;
        }
        try {
            begun = spool.receive(Math.max(announced, known));
        } catch (Spool.NoSpace full) {
            String why = String.valueOf(full.getMessage());
            world.log().warning(LogLine.about("cleanup").with("refused", why));
            refuse(Reply.of(452, "4.3.1", "Insufficient system storage"));
            return;
        }
        reception = begun;
        Instant now = world.clock().now();
        byte[] received =
                trace.received(origin, begun.id(), options, named.recipients, now)
                        .getBytes(StandardCharsets.UTF_8);
        begun.write(received, 0, received.length);
        expansion.content(received, 0, received.length);
        Optional<Archiving> archiving =
                Archiving.begin(spool, router, rewriter, named, Math.max(announced, known));
        archive = archiving.orElse(null);
        if (archive != null) {
            archive.write(received, 0, received.length);
        }
        Optional<Rewriter.HeaderEditor> editor = rewriter.header(origin);
        if (origin.submission() || editor.isPresent()) {
            Optional<Completion.Missing> missing =
                    origin.submission()
                            ? Optional.of(name -> missing(name, begun.id().text(), now))
                            : Optional.empty();
            completion = new Completion(this::through, missing, editor);
        }
    }

    private String missing(String name, String id, Instant now) {
        return switch (name) {
            case "date" -> "Date: " + trace.date(now) + "\r\n";
            case "from" ->
                    "From: "
                            + (sender instanceof ReversePath.Nobody
                                    ? NOTICES + "@" + config.hostname()
                                    : sender)
                            + "\r\n";
            case "message-id" -> "Message-ID: <" + id + "@" + config.hostname() + ">\r\n";
            default -> throw new Bug("nobody completes " + name);
        };
    }

    private void write(byte[] from, int offset, int length) throws IOException {
        Completion header = completion;
        if (header != null) {
            header.write(from, offset, length);
        } else {
            through(from, offset, length);
        }
    }

    /** What the queue gets. */
    private void through(byte[] from, int offset, int length) throws IOException {
        Spool.Reception open = reception;
        if (open != null) {
            open.write(from, offset, length);
        }
        Archiving copy = archive;
        if (copy != null) {
            copy.write(from, offset, length);
        }
        expansion.content(from, offset, length);
    }

    /** Commits and waits for the disk: 250 is the instant of responsibility. */
    private Reply commit() throws IOException {
        Completion header = completion;
        if (header != null) {
            try {
                header.end();
            } catch (Completion.PutOff later) {
                return unanswered("header", String.valueOf(later.getMessage()));
            }
        }
        Spool.Reception open = reception;
        if (open == null) {
            throw new Bug("a message that ends was begun");
        }
        try {
            Archiving copy = archive;
            if (copy != null) { // first: what was accepted is in the archive, whatever happens
                Envelope unused = world.tasks().await(copy.commit(options, origin));
            }
            Envelope envelope =
                    world.tasks()
                            .await(
                                    open.commit(
                                            sender,
                                            options,
                                            origin,
                                            List.copyOf(recipients.values()),
                                            held));
            expansion.taken(envelope);
            return Reply.of(250, "2.0.0", "Ok: queued as " + envelope.id());
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof Spool.NoSpace) {
                return Reply.of(452, "4.3.1", "Insufficient system storage");
            }
            world.log().warning(LogLine.about("cleanup").with("error", failed.getCause()));
            return Reply.of(451, "4.3.0", "Queue file write error");
        }
    }

    private void refuse(Reply reply) {
        refusal = reply;
        Spool.Reception open = reception;
        reception = null;
        completion = null;
        if (open != null) {
            open.close();
        }
        unarchive();
    }

    private void unarchive() {
        Archiving copy = archive;
        archive = null;
        if (copy != null) {
            copy.close();
        }
    }

    private void reset() {
        Spool.Reception open = reception;
        if (open != null) {
            open.close();
        }
        unarchive();
        reception = null;
        completion = null;
        refusal = null;
        octets = 0;
        scratch = NOTHING;
        expansion = expansions.get();
        announced = 0;
        named.clear();
        recipients.clear();
        origin = Origin.OURSELVES;
        held = "";
        sender = ReversePath.NOBODY;
        options = MailOptions.NONE;
    }
}

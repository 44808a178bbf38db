package postern.smtpd;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import postern.mail.Content;
import postern.mail.ContentBuffer;
import postern.mail.MailOptions;
import postern.mail.Origin;
import postern.mail.QueueId;
import postern.mail.Recipient;
import postern.mail.WithHeader;
import postern.mail.mime.Nesting;
import postern.smtpd.Counts.Verb;
import postern.smtpd.access.Rule;
import postern.smtpd.access.Stage;
import postern.wire.DataDecoder;
import postern.wire.PeerReader;
import postern.wire.Reply;
import postern.wire.SmtpCommand;

/** Takes in content, by DATA or by BDAT, and hands the message over. One thread only. */
final class Reception {
    /** The intake may need so long, RFC 5321 §4.5.3.2.6; the peer's time stands still meanwhile. */
    private static final Duration HANDOVER_LIMIT = Duration.ofMinutes(15);

    /**
     * Who sends faster than we read never waits, and a virtual thread that never waits keeps its
     * carrier: after so much it lets the others have a turn. Most messages are shorter.
     */
    private static final int TURN_OCTETS = 256 * 1024;

    /** What a read counts for at the least: records of TLS may hold one octet each. */
    private static final int READ_OCTETS_MIN = 1024;

    private final Premises premises;
    private final Exchange exchange;
    private final Identity identity;
    private final Conversation conversation;
    private final Gate gate;
    private final Duration commandLimit;
    private final long ratedOctets; // that must come within each command limit
    private long unrated;
    private int taken; // since others had their turn

    Reception(Exchange exchange) {
        this.premises = exchange.premises();
        this.exchange = exchange;
        this.identity = exchange.identity();
        this.conversation = exchange.conversation();
        this.gate = exchange.gate();
        this.commandLimit = premises.config().bounds().commandLimit();
        this.ratedOctets =
                Math.max(1, commandLimit.toMillis() * premises.policy().limits().dataRate() / 1000);
    }

    /** RFC 5321 §4.1.1.4. */
    void data() throws IOException {
        conversation.command(Verb.DATA);
        if (exchange.outOfStep()) {
            return; // content that did not wait for 354 might be read as commands
        }
        if (exchange.transaction().isEmpty()) {
            conversation.reply(Replies.MAIL_FIRST);
        } else if (exchange.transaction().get().chunks().isPresent()) {
            conversation.reply(Replies.CHUNKS_BEGAN);
        } else if (exchange.transaction().get().recipients.isEmpty()) {
            conversation.reply(identity.nobody());
        } else if (exchange.transaction().get().options.body() == MailOptions.Body.BINARY_MIME) {
            conversation.reply(Replies.BINARY_BY_DATA);
        } else if (!exchange.refused(Stage.DATA, Optional.empty())) {
            // RFC 5321 §4.1.1.4: a refused DATA clears no buffer, only the end of the content does
            take(exchange.transaction().get(), exchange.origin());
            exchange.endTransaction();
        }
    }

    /** RFC 3030 §2. */
    void bdat(SmtpCommand.Bdat bdat) throws IOException {
        conversation.command(Verb.BDAT);
        boolean ready =
                exchange.transaction().isPresent()
                        && !exchange.transaction().get().recipients.isEmpty();
        Optional<Reply> refusal =
                ready && exchange.transaction().get().chunks().isEmpty()
                        ? gate.ask(Stage.DATA, exchange.transaction(), Optional.empty())
                        : Optional.empty();
        if (refusal.isPresent()) {
            swallow(bdat.octets());
            exchange.tell(refusal.get());
            if (bdat.last()) {
                replyToOthers(refusal.get(), exchange.transaction().get().recipients.size());
            }
            end(bdat);
        } else if (!ready) {
            swallow(bdat.octets()); // RFC 3030 §2: content of a refused BDAT is no command
            notReady(bdat);
        } else if (chunk(exchange.transaction().get(), bdat, exchange.origin())) {
            end(bdat);
        }
    }

    /** RFC 2033 §4.3: the last chunk has a reply for each recipient, and none for nobody. */
    private void notReady(SmtpCommand.Bdat bdat) throws IOException {
        boolean last = bdat.last() && identity.lmtp();
        if (exchange.transaction().isPresent()) {
            if (!last) {
                conversation.reply(identity.nobody());
            }
            return;
        }
        conversation.reply(Replies.MAIL_FIRST);
        if (last) {
            replyToOthers(Replies.MAIL_FIRST.reply(), exchange.unanswered());
            exchange.endTransaction();
        }
    }

    /** Chunks that are on their way already find no transaction. */
    private void end(SmtpCommand.Bdat bdat) {
        if (bdat.last()) {
            exchange.endTransaction();
        } else {
            exchange.endWithin();
        }
    }

    /** Whatever comes of it, the transaction is over. */
    private void take(Transaction transaction, Origin origin) throws IOException {
        conversation.reply(Replies.GO_AHEAD);
        conversation.flush();
        try (DataDecoder decoder =
                DataDecoder.data(
                        premises.store().buffer(transaction.announced), premises.limits())) {
            startClock();
            PeerReader reader = conversation.reader();
            reader.widen();
            while (!decoder.done()) {
                await();
                int from = reader.position();
                int end = decoder.take(reader.buffer(), from, reader.limit());
                taken(end - from);
            }
            reader.narrow();
            conclude(decoder, transaction, origin);
        }
    }

    /**
     * @return whether the transaction is over
     */
    private boolean chunk(Transaction transaction, SmtpCommand.Bdat bdat, Origin origin)
            throws IOException {
        if (transaction.chunks().isEmpty()) {
            long expected = Math.max(transaction.announced, bdat.octets());
            ContentBuffer buffer = premises.store().buffer(expected);
            transaction.chunks(
                    transaction.options.body() == MailOptions.Body.BINARY_MIME
                            ? DataDecoder.binary(buffer, premises.limits())
                            : DataDecoder.chunks(buffer, premises.limits()));
        }
        DataDecoder decoder = transaction.chunks().orElseThrow();
        read(bdat.octets(), Optional.of(decoder));
        if (bdat.last()) {
            conclude(decoder, transaction, origin);
            return true;
        }
        if (decoder.fault().isPresent()) {
            Canned reply = Replies.of(decoder.fault().get());
            rejected(reply.reply(), transaction, origin);
            conversation.reply(reply);
            return true;
        }
        conversation.reply(Reply.of(250, "2.0.0", bdat.octets() + " octets received"));
        return false;
    }

    /** Reads content that nobody wants. */
    void swallow(long octets) throws IOException {
        read(octets, Optional.empty());
    }

    private void read(long octets, Optional<DataDecoder> decoder) throws IOException {
        startClock();
        PeerReader reader = conversation.reader();
        reader.widen();
        long left = octets;
        while (left > 0) {
            if (!reader.pending()) {
                conversation.flush(); // replies to commands before this one
            }
            await();
            int from = reader.position();
            int length = (int) Math.min(left, reader.limit() - from);
            if (decoder.isPresent()) {
                int unused = decoder.get().take(reader.buffer(), from, from + length);
            }
            taken(length);
            left -= length;
        }
        reader.narrow();
    }

    /** Waits for octets; a peer that closes now has not sent a message (RFC 5321 §4.1.1.4). */
    private void await() throws IOException {
        if (!conversation.reader().ready()) {
            throw new IOException("closed within a message");
        }
    }

    private void startClock() {
        unrated = 0;
        conversation.peer().expireAfter(commandLimit);
    }

    /** Content comes at the least rate at the least, or the session ends. */
    private void taken(int octets) {
        conversation.reader().consume(octets);
        taken += Math.max(octets, READ_OCTETS_MIN);
        if (taken >= TURN_OCTETS) {
            taken = 0;
            premises.world().clock().sleep(Duration.ZERO);
        }
        unrated += octets;
        if (unrated >= ratedOctets) {
            startClock();
        }
    }

    private void conclude(DataDecoder decoder, Transaction transaction, Origin origin)
            throws IOException {
        switch (decoder.finish()) {
            case DataDecoder.Result.Refused(DataDecoder.Fault fault) ->
                    refuse(fault, transaction, origin);
            case DataDecoder.Result.Message(Content content) -> {
                try (content) {
                    if (decoder.tlsWaived()) {
                        transaction.waiveTls();
                    }
                    ruled(content, decoder.nestingAtMost(), transaction, origin);
                }
            }
        }
    }

    private void refuse(DataDecoder.Fault fault, Transaction transaction, Origin origin)
            throws IOException {
        Canned reply = Replies.of(fault);
        rejected(reply.reply(), transaction, origin);
        answer(reply.reply(), transaction);
    }

    /** The end of data is answered once, or by LMTP for each recipient: RFC 2033 §4.2. */
    private void answer(Reply reply, Transaction transaction) throws IOException {
        conversation.reply(reply);
        replyToOthers(reply, transaction.recipients.size());
    }

    /** The same reply for all recipients of LMTP but the first. */
    private void replyToOthers(Reply reply, int recipients) throws IOException {
        for (int i = 1; i < recipients && identity.lmtp() && !conversation.over(); i++) {
            conversation.replyAgain(reply);
        }
    }

    /**
     * The rules of the last stage, and what those of all stages want done.
     *
     * @param nestingAtMost as it seemed on the way in: hardly any message need be looked into
     */
    private void ruled(Content content, int nestingAtMost, Transaction transaction, Origin origin)
            throws IOException {
        int nesting = premises.policy().limits().mimeNesting();
        if (nesting > 0 && nestingAtMost > nesting && Nesting.exceeds(content, nesting)) {
            rejected(Replies.TOO_NESTED.reply(), transaction, origin);
            answer(Replies.TOO_NESTED.reply(), transaction);
            return;
        }
        Optional<Reply> refusal =
                gate.ask(Stage.END_OF_DATA, Optional.of(transaction), Optional.empty());
        if (refusal.isPresent()) {
            if (refusal.get().code() == 421) {
                conversation.hangUp(refusal.get());
            } else {
                answer(refusal.get(), transaction);
            }
            return;
        }
        if (!transaction.marked()) {
            handOver(content, transaction.recipients, "", transaction, origin);
            return;
        }
        Marks marks = transaction.marks();
        if (marks.discarded().isPresent()) {
            Rule rule = marks.discarded().get();
            QueueId name = QueueId.bornAt(premises.world().clock().now());
            premises.journal()
                    .discarded(name, identity.client(), transaction, content.octets(), rule);
            conversation.accepted();
            answer(Replies.discarded(name), transaction);
            return;
        }
        handOver(
                marks.fields().isEmpty() ? content : WithHeader.before(marks.fields(), content),
                marks.recipients(transaction.recipients),
                marks.held(),
                transaction,
                origin);
    }

    private void handOver(
            Content content,
            List<Recipient> recipients,
            String held,
            Transaction transaction,
            Origin origin)
            throws IOException {
        conversation.peer().expireAfter(HANDOVER_LIMIT);
        Reply reply;
        List<Reply> replies = List.of();
        try {
            replies =
                    premises.intake()
                            .submit(
                                    origin,
                                    transaction.sender,
                                    transaction.options,
                                    recipients,
                                    content,
                                    held);
            reply = identity.lmtp() ? best(replies) : joined(replies);
        } catch (IOException unknown) {
            premises.journal().intakeFailed(unknown);
            reply = Replies.UNANSWERED.reply();
        }
        if (reply.positive()) {
            conversation.accepted();
            identity.client().inet().ifPresent(premises.policy().known()::found);
            try {
                answer(reply, replies, transaction);
                conversation.flushIfIdle(); // the client waits; who reads the log does not
            } finally {
                premises.journal().accepted(exchange, origin, transaction, content.octets(), reply);
            }
        } else {
            rejected(reply, transaction, origin);
            answer(reply, replies, transaction);
        }
    }

    /** The replies of those behind, or where they do not fit the recipients the one for all. */
    private void answer(Reply reply, List<Reply> each, Transaction transaction) throws IOException {
        if (identity.lmtp() && each.size() == transaction.recipients.size()) {
            conversation.reply(each.getFirst());
            for (Reply other : each.subList(1, each.size())) {
                conversation.replyAgain(other);
            }
        } else {
            answer(reply, transaction);
        }
    }

    /** For the log: whether anybody's mail was taken. */
    private static Reply best(List<Reply> replies) {
        return replies.stream().filter(Reply::positive).findFirst().orElse(replies.getFirst());
    }

    /**
     * One reply for all recipients, since SMTP has but one. Where they differ the client must try
     * again: some get the message twice then, but nobody loses it.
     */
    private Reply joined(List<Reply> replies) {
        Reply first = replies.getFirst();
        for (Reply other : replies) {
            if (other.positive() != first.positive()) {
                premises.journal().mixed(replies);
                return Replies.UNANSWERED.reply();
            }
            if (other.transientFailure()) {
                first = other;
            }
        }
        return first;
    }

    private void rejected(Reply reply, Transaction transaction, Origin origin) {
        premises.journal()
                .rejected(
                        "END-OF-MESSAGE",
                        identity.client(),
                        reply,
                        "<" + transaction.sender + ">",
                        "<" + transaction.recipients.getFirst().mailbox() + ">",
                        origin);
    }
}

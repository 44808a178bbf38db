package postern.smtp;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import postern.base.TimedOut;
import postern.mail.Delivery;
import postern.mail.DeliveryRequest;
import postern.mail.Outcome;
import postern.mail.Outcome.Delivered;
import postern.mail.Passage;
import postern.wire.Envelopes;
import postern.wire.Reply;

/**
 * One message over one connection: MAIL, RCPT for each recipient, DATA, the message. Where the host
 * takes commands in batches (RFC 2920) that is two round trips. One task only.
 */
final class Transaction {
    /** How it ended, as far as the connection goes. */
    sealed interface End {
        /** It may carry another message. */
        record Kept() implements End {}

        /** It is of no further use; what could be said of recipients was said. */
        record Dropped() implements End {}

        /** It was dead before we began: nothing was said, another connection may do. */
        record Stale() implements End {}

        /** The host failed us. Recipients without an outcome may be tried elsewhere. */
        record HostFailed(Outcome outcome) implements End {}
    }

    /**
     * RCPTs in one batch: their replies must fit what TCP buffers while we still write (RFC 2920
     * §3.1).
     */
    private static final int BATCH_RECIPIENTS_MAX = 100;

    /** How long to look for the reason when a host hangs up on the message. */
    private static final Duration LAST_WORDS_LIMIT = Duration.ofSeconds(5);

    private final Connection connection;
    private final DeliveryRequest request;
    private final Answers answers;
    private final SmtpConfig.Timeouts timeouts;
    private final Passage passage;
    private int[] accepted = {}; // by place in the request
    private boolean heard;
    private boolean inDoubt;

    /**
     * @param setupMillis what it took to have the connection
     */
    Transaction(
            Connection connection,
            DeliveryRequest request,
            Answers answers,
            SmtpConfig.Timeouts timeouts,
            long setupMillis) {
        this.connection = connection;
        this.request = request;
        this.answers = answers;
        this.timeouts = timeouts;
        this.passage = new Passage(setupMillis, connection.tls(), false);
    }

    /** Whether the host may have taken the message although it is deferred. */
    boolean inDoubt() {
        return inDoubt;
    }

    End run() {
        connection.step(Step.MAIL);
        try {
            new Demands(request, connection.extensions(), this::delivery).settle(answers);
            int[] places = answers.open();
            if (places.length == 0) {
                return new End.Kept();
            }
            return connection.extensions().offers("PIPELINING") ? batched(places) : stepped(places);
        } catch (Connection.HangingUp hangingUp) {
            return !heard && connection.reused() // it grew tired of waiting, and says so
                    ? new End.Stale()
                    : new End.HostFailed(Verdicts.host(hangingUp.reply(), connection.step()));
        } catch (IOException lost) {
            return lost(lost);
        }
    }

    private End lost(IOException how) {
        if (!heard && connection.reused() && !(how instanceof TimedOut)) {
            return new End.Stale();
        }
        Outcome outcome = Verdicts.lost(connection.target(), connection.step(), how);
        if (connection.step() == Step.END) { // trying elsewhere now would be asking for a duplicate
            inDoubt = true;
            settle(accepted, outcome);
            return new End.Dropped();
        }
        return new End.HostFailed(outcome);
    }

    private String mail() {
        return Envelopes.mail(
                request.sender(),
                request.options(),
                request.content().octets(),
                connection.extensions()::offers);
    }

    private String rcpt(int place) {
        return Envelopes.rcpt(
                request.recipients().get(place), connection.extensions().offers("DSN"));
    }

    /** Commands in batches: RFC 2920. */
    private End batched(int[] places) throws IOException {
        boolean reset = connection.resetDue();
        if (reset) {
            connection.add("RSET");
        }
        connection.add(mail());
        connection.resetDue(true);
        boolean welcome = true;
        for (int from = 0; welcome && from < places.length; from += BATCH_RECIPIENTS_MAX) {
            int to = Math.min(places.length, from + BATCH_RECIPIENTS_MAX);
            for (int i = from; i < to; i++) {
                connection.add(rcpt(places[i]));
            }
            if (to == places.length) {
                connection.add("DATA");
            }
            connection.flush();
            if (from == 0) {
                if (reset) {
                    resetReply();
                }
                welcome = mailReply();
            }
            for (int i = from; i < to; i++) {
                Reply reply = connection.reply(Step.RCPT, timeouts.rcpt());
                if (welcome) {
                    rcptReply(places[i], reply);
                }
            }
            if (to == places.length) {
                Reply reply = connection.reply(Step.DATA, timeouts.data());
                return !welcome && reply.code() / 100 == 3
                        ? new End.Dropped() // even a lone dot might be taken for a message here
                        : dataReply(reply);
            }
        }
        return kept();
    }

    /** One command at a time. */
    private End stepped(int[] places) throws IOException {
        if (connection.resetDue()) {
            connection.add("RSET");
            connection.flush();
            resetReply();
        }
        connection.add(mail());
        connection.flush();
        connection.resetDue(true);
        if (!mailReply()) {
            return kept();
        }
        for (int place : places) {
            rcptReply(place, connection.ask(Step.RCPT, rcpt(place), timeouts.rcpt()));
        }
        return accepted.length == 0
                ? kept()
                : dataReply(connection.ask(Step.DATA, "DATA", timeouts.data()));
    }

    private void resetReply() throws IOException {
        Reply reply = connection.reply(Step.RSET, timeouts.mail());
        heard = true;
        if (!reply.positive()) {
            throw new IOException("RSET is refused: " + reply);
        }
    }

    /** Whether the message is welcome. */
    private boolean mailReply() throws IOException {
        Reply reply = connection.reply(Step.MAIL, timeouts.mail());
        heard = true;
        if (!reply.positive()) {
            answers.settleOpen(delivery(Verdicts.message(expected(reply), Step.MAIL)));
        }
        return reply.positive();
    }

    private void rcptReply(int place, Reply reply) throws IOException {
        if (reply.positive()) {
            accepted = Arrays.copyOf(accepted, accepted.length + 1);
            accepted[accepted.length - 1] = place;
        } else {
            answers.settle(place, delivery(Verdicts.recipient(expected(reply))));
        }
    }

    /** A 354 that nobody asked for puts all that follows out of step. */
    private static Reply expected(Reply reply) throws IOException {
        if (reply.code() / 100 == 3) {
            throw new IOException("reply out of place: " + reply);
        }
        return reply;
    }

    private End dataReply(Reply reply) throws IOException {
        boolean goAhead = reply.code() / 100 == 3;
        if (accepted.length == 0) {
            return goAhead ? nothing() : kept();
        }
        if (goAhead) {
            return message();
        }
        if (reply.positive()) {
            throw new IOException("reply out of place: " + reply);
        }
        settle(accepted, Verdicts.message(reply, Step.DATA));
        return kept();
    }

    /** The host wants data although it refused everybody: RFC 2920 §3.1 has us send none. */
    private End nothing() throws IOException {
        connection.add(".");
        connection.flush();
        Reply reply = connection.reply(Step.DATA, timeouts.end());
        return reply.code() / 100 == 3 ? new End.Dropped() : kept();
    }

    private End message() throws IOException {
        connection.step(Step.BODY);
        try {
            connection.data(request.content());
        } catch (TimedOut slow) {
            throw slow;
        } catch (IOException lost) {
            return lastWords(lost);
        }
        Reply reply = connection.reply(Step.END, timeouts.end());
        connection.messageSent();
        settle(accepted, Verdicts.message(reply, Step.END));
        connection.resetDue(false);
        return reply.code() / 100 == 3 ? new End.Dropped() : kept();
    }

    /** A host that hangs up on a message may have said why; its end was not sent, so no doubt. */
    private End lastWords(IOException lost) throws IOException {
        Reply reply;
        try {
            reply = connection.reply(Step.BODY, LAST_WORDS_LIMIT);
        } catch (Connection.HangingUp reason) {
            throw reason;
        } catch (IOException _) {
            throw lost;
        }
        if (!reply.permanentFailure() && !reply.transientFailure()) {
            throw lost;
        }
        settle(accepted, Verdicts.message(reply, Step.BODY));
        return new End.Dropped();
    }

    private void settle(int[] places, Outcome outcome) {
        for (int place : places) {
            boolean relayed =
                    outcome instanceof Delivered
                            && request.recipients().get(place).wanted().success()
                            && !connection.extensions().offers("DSN");
            answers.settle(
                    place,
                    relayed
                            ? new Delivery(outcome, connection.target().text(), relayed())
                            : delivery(outcome));
        }
    }

    private Delivery delivery(Outcome outcome) {
        return new Delivery(outcome, connection.target().text(), passage);
    }

    /** Success that the next host will not report: RFC 3461 §5.2.2. */
    private Passage relayed() {
        return new Passage(passage.setupMillis(), passage.tls(), true);
    }

    private End kept() {
        return connection.ahead() ? new End.Dropped() : new End.Kept();
    }
}

package postern.smtp;

import java.io.IOException;
import java.net.ProtocolException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import postern.base.TimedOut;
import postern.dns.HostPlan.Target;
import postern.mail.Delivery;
import postern.mail.DeliveryRequest;
import postern.mail.MailOptions;
import postern.mail.Outcome;
import postern.mail.Outcome.Delivered;
import postern.mail.Passage;
import postern.mail.Recipient;
import postern.mail.Terms;
import postern.mail.Terms.Deadline;
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

    /** RFC 2852 §4: nine digits. */
    private static final long SECONDS_MAX = 999_999_999;

    /** Replies to a command that is not known or not expected: RFC 5321 §4.2.2. */
    private static final int UNKNOWN_MIN = 500;

    private static final int UNKNOWN_MAX = 504;

    /** How long to look for the reason when a host hangs up on the message. */
    private static final Duration LAST_WORDS_LIMIT = Duration.ofSeconds(5);

    private final Connection connection;
    private final DeliveryRequest request;
    private final Answers answers;
    private final SmtpConfig config;
    private final Instant now;
    private final Passage passage;
    private final boolean chunked;
    private Demands.Form form;
    private int[] accepted = {}; // by place in the request
    private final List<Refused> refused = new ArrayList<>(0);
    private boolean heard;
    private boolean inDoubt;
    private boolean chunkingRefused;

    /**
     * @param setupMillis what it took to have the connection
     * @param chunking whether BDAT may be used
     */
    Transaction(
            Connection connection,
            Order order,
            Answers answers,
            long setupMillis,
            boolean chunking) {
        this.connection = connection;
        this.request = order.request();
        this.answers = answers;
        this.config = order.config();
        this.now = order.now();
        this.passage = new Passage(setupMillis, connection.tls(), false);
        this.chunked =
                chunking
                        && config.speech().chunking()
                        && connection.extensions().offers("CHUNKING");
        this.form = new Demands.Form(request.content(), request.options().body());
    }

    /** What is to be done, for every host alike. */
    record Order(DeliveryRequest request, SmtpConfig config, Instant now) {}

    /** What a RCPT was answered, until it is sure that it was this one. */
    private record Refused(int place, Outcome outcome) {}

    /** Whether the host may have taken the message although it is deferred. */
    boolean inDoubt() {
        return inDoubt;
    }

    /** Whether the host offers BDAT and does not know it. */
    boolean chunkingRefused() {
        return chunkingRefused;
    }

    /**
     * @param places of the recipients that are sent to; of each the host has said something when
     *     the connection is {@link End.Kept}
     */
    End run(int[] places, Demands.Form how) {
        form = how;
        connection.step(Step.MAIL);
        connection.begin(config.timeouts().message());
        try {
            return connection.extensions().offers("PIPELINING") ? batched(places) : stepped(places);
        } catch (Connection.HangingUp hangingUp) {
            settleRefused();
            return !heard && connection.reused() // it grew tired of waiting, and says so
                    ? new End.Stale()
                    : new End.HostFailed(
                            Verdicts.host(
                                    connection.target(), hangingUp.reply(), connection.step()));
        } catch (ProtocolException outOfStep) { // then nobody knows to whom the replies were
            return lost(outOfStep);
        } catch (IOException lost) {
            settleRefused();
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
        MailOptions options = request.options();
        Predicate<String> offers =
                extension ->
                        connection.extensions().offers(extension)
                                && (chunked || !extension.equals("BINARYMIME"));
        String command =
                Envelopes.mail(
                        request.sender(),
                        form.body() == options.body() ? options : options.with(form.body()),
                        form.content().octets(),
                        offers);
        if (connection.credentials().stated()) {
            command += " AUTH=<>"; // RFC 4954 §5: we vouch for nobody's name
        }
        boolean plain =
                options.terms().equals(Terms.NONE)
                        && !connection.extensions().offers("MT-PRIORITY");
        return plain ? command : command + terms(options.terms());
    }

    /** RFC 2852 §4, RFC 6710 §4, RFC 8689 §2. */
    private String terms(Terms terms) {
        StringBuilder text = new StringBuilder();
        if (terms.deadline() instanceof Deadline.By(Instant at, Deadline.Mode mode, boolean trace)
                && connection.extensions().offers("DELIVERBY")) {
            long left = at.getEpochSecond() - now.getEpochSecond();
            text.append(" BY=").append(Math.clamp(left, -SECONDS_MAX, SECONDS_MAX));
            text.append(mode == Deadline.Mode.RETURN ? ";R" : ";N").append(trace ? "T" : "");
        }
        if (connection.extensions().offers("MT-PRIORITY")) { // 0 too: RFC 6710 §4.2
            text.append(" MT-PRIORITY=").append(terms.priority());
        }
        if (terms.protection() == Terms.Protection.REQUIRED
                && (config.kind() == SmtpConfig.Kind.LMTP || !connection.tls().isEmpty())
                && connection.extensions().offers("REQUIRETLS")) {
            text.append(" REQUIRETLS");
        }
        return text.toString();
    }

    private String rcpt(int place) {
        Recipient recipient = request.recipients().get(place);
        return Envelopes.rcpt(
                untimed() ? recipient.withDelayNotified() : recipient,
                connection.extensions()::offers);
    }

    /** Whether the host will not watch over a deadline whose passing the sender shall hear of. */
    private boolean untimed() {
        return request.options().terms().deadline()
                        instanceof Deadline.By(Instant at, Deadline.Mode mode, _)
                && mode == Deadline.Mode.NOTIFY
                && at.isAfter(now)
                && !connection.extensions().offers("DELIVERBY");
    }

    /** Commands in batches: RFC 2920. */
    private End batched(int[] places) throws IOException {
        boolean reset = connection.resetDue();
        if (reset) {
            connection.add("RSET");
        }
        List<String> origin = origin();
        for (String command : origin) {
            connection.add(command);
        }
        connection.add(mail());
        connection.resetDue(true);
        boolean welcome = true;
        for (int from = 0; welcome && from < places.length; from += BATCH_RECIPIENTS_MAX) {
            int to = Math.min(places.length, from + BATCH_RECIPIENTS_MAX);
            for (int i = from; i < to; i++) {
                connection.add(rcpt(places[i]));
            }
            if (to == places.length && !chunked) {
                connection.add("DATA");
            }
            connection.flush();
            if (from == 0) {
                if (reset) {
                    resetReply();
                }
                for (int i = 0; i < origin.size(); i++) {
                    originReply(connection.reply(Step.XFORWARD, config.timeouts().mail()));
                }
                welcome = mailReply(places);
            }
            for (int i = from; i < to; i++) {
                Reply reply = connection.reply(Step.RCPT, config.timeouts().rcpt());
                if (welcome) {
                    rcptReply(places[i], reply);
                }
            }
            if (to == places.length && !chunked) {
                Reply reply = connection.reply(Step.DATA, config.timeouts().data());
                return !welcome && reply.code() / 100 == 3
                        ? new End.Dropped() // even a lone dot might be taken for a message here
                        : dataReply(reply);
            }
        }
        return chunked && welcome ? chunk() : kept();
    }

    /** One command at a time. */
    private End stepped(int[] places) throws IOException {
        if (connection.resetDue()) {
            connection.add("RSET");
            connection.flush();
            resetReply();
        }
        for (String command : origin()) {
            originReply(connection.ask(Step.XFORWARD, command, config.timeouts().mail()));
        }
        connection.add(mail());
        connection.flush();
        connection.resetDue(true);
        if (!mailReply(places)) {
            return kept();
        }
        for (int place : places) {
            rcptReply(place, connection.ask(Step.RCPT, rcpt(place), config.timeouts().rcpt()));
        }
        if (chunked || accepted.length == 0) {
            return chunk();
        }
        return dataReply(connection.ask(Step.DATA, "DATA", config.timeouts().data()));
    }

    /** Where the message came from, for a host that the operator trusts with it. */
    private List<String> origin() {
        return config.speech().forwarding()
                ? Xforward.commands(request, connection.extensions().forwarded())
                : List.of();
    }

    /** What a host's log does not learn is no reason to keep mail from it; so does Postfix. */
    private void originReply(Reply reply) throws IOException {
        heard = true;
        Reply unused = expected(reply);
    }

    private void resetReply() throws IOException {
        Reply reply = connection.reply(Step.RSET, config.timeouts().mail());
        heard = true;
        if (!reply.positive()) {
            throw new IOException("RSET is refused: " + reply);
        }
    }

    /** Whether the message is welcome. */
    private boolean mailReply(int[] places) throws IOException {
        Reply reply = connection.reply(Step.MAIL, config.timeouts().mail());
        heard = true;
        if (!reply.positive()) {
            settle(places, Verdicts.message(connection.target(), expected(reply), Step.MAIL));
        }
        return reply.positive();
    }

    private void rcptReply(int place, Reply reply) throws IOException {
        if (reply.positive()) {
            accepted = Arrays.copyOf(accepted, accepted.length + 1);
            accepted[accepted.length - 1] = place;
        } else {
            refused.add(
                    new Refused(place, Verdicts.recipient(connection.target(), expected(reply))));
        }
    }

    /** A 354 that nobody asked for puts all that follows out of step. */
    private static Reply expected(Reply reply) throws IOException {
        if (reply.code() / 100 == 3) {
            throw new ProtocolException("reply out of place: " + reply);
        }
        return reply;
    }

    private End dataReply(Reply reply) throws IOException {
        boolean goAhead = reply.code() / 100 == 3;
        if (reply.positive()) {
            throw new ProtocolException("reply out of place: " + reply);
        }
        inStep();
        if (accepted.length == 0) {
            return goAhead ? nothing() : kept();
        }
        if (goAhead) {
            return message();
        }
        settle(accepted, Verdicts.message(connection.target(), reply, Step.DATA));
        return kept();
    }

    /** Each command has had its reply, and no more came: so each reply was to its command. */
    private void inStep() throws IOException {
        if (connection.ahead()) {
            throw new ProtocolException("replies before it is asked");
        }
        settleRefused();
    }

    private void settleRefused() {
        for (Refused each : refused) {
            settle(new int[] {each.place}, each.outcome);
        }
        refused.clear();
    }

    /** The host wants data although it refused everybody: RFC 2920 §3.1 has us send none. */
    private End nothing() throws IOException {
        connection.add(".");
        connection.flush();
        Reply reply = connection.reply(Step.DATA, config.timeouts().end());
        return reply.code() / 100 == 3 ? new End.Dropped() : kept();
    }

    private End message() throws IOException {
        connection.step(Step.BODY);
        try {
            connection.data(form.content(), flow());
        } catch (TimedOut slow) {
            throw slow;
        } catch (IOException lost) {
            return lastWords(lost);
        }
        return ended(connection.reply(Step.END, config.timeouts().end()));
    }

    /** The message as one chunk: RFC 3030. Nobody may have been accepted; then none is sent. */
    private End chunk() throws IOException {
        inStep();
        if (accepted.length == 0) {
            return kept();
        }
        connection.step(Step.BODY);
        try {
            boolean binary = form.body() == MailOptions.Body.BINARY_MIME;
            connection.chunk(form.content(), binary, flow());
        } catch (TimedOut slow) {
            throw slow;
        } catch (IOException lost) {
            return lastWords(lost);
        }
        Reply reply = connection.reply(Step.END, config.timeouts().end());
        if (reply.code() >= UNKNOWN_MIN && reply.code() <= UNKNOWN_MAX) {
            chunkingRefused = true; // and takes the message for commands: away from here
            return new End.HostFailed(Verdicts.chunkingRefused(connection.target(), reply));
        }
        return ended(reply);
    }

    private Duration flow() {
        return config.timeouts().flow(form.content().octets());
    }

    private End ended(Reply first) throws IOException {
        connection.messageSent();
        Target host = connection.target();
        Reply reply = first;
        boolean each = config.kind() == SmtpConfig.Kind.LMTP;
        if (!each && first.permanentFailure() && connection.ahead()) {
            inDoubt = true;
            settle(accepted, Verdicts.outOfStep(host, first));
            return new End.Dropped();
        }
        if (each) { // RFC 2033 §4.2: one for each recipient
            for (int place : accepted) {
                if (place != accepted[0]) {
                    reply = connection.reply(Step.END, config.timeouts().end());
                }
                settle(new int[] {place}, Verdicts.message(host, reply, Step.END));
            }
        } else {
            settle(accepted, Verdicts.message(host, reply, Step.END));
        }
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
        settle(accepted, Verdicts.message(connection.target(), reply, Step.BODY));
        return new End.Dropped();
    }

    private void settle(int[] places, Outcome outcome) {
        for (int place : places) {
            if (answers.isOpen(place)) {
                boolean delivered = outcome instanceof Delivered && unreported(place);
                var delivery =
                        new Delivery(
                                outcome,
                                connection.target().text(),
                                delivered ? relayed() : passage);
                if (inDoubt) {
                    answers.settle(place, delivery);
                } else {
                    answers.said(place, delivery);
                }
            }
        }
    }

    /** Whether the sender waits for word that the next host will not give: RFC 3461 §5.2.2. */
    private boolean unreported(int place) {
        Extensions offered = connection.extensions();
        boolean deadline =
                request.options().terms().deadline() instanceof Deadline.By(_, _, boolean trace)
                        && (trace || !offered.offers("DELIVERBY")); // RFC 2852 §4.1.4.2
        boolean wanted = request.recipients().get(place).wanted().success();
        return config.kind() == SmtpConfig.Kind.SMTP
                && (deadline || wanted && !offered.offers("DSN"));
    }

    /** Success that the next host will not report: RFC 3461 §5.2.2. */
    private Passage relayed() {
        return new Passage(passage.setupMillis(), passage.tls(), true);
    }

    private End kept() {
        return connection.ahead() ? new End.Dropped() : new End.Kept();
    }
}

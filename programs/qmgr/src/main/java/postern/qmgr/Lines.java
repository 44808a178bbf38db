package postern.qmgr;

import java.time.Duration;
import postern.base.Log;
import postern.base.LogLine;
import postern.mail.Delivery;
import postern.mail.Notices;
import postern.mail.Outcome;
import postern.mail.QueueId;

/** The queue manager's lines in the log: the postmaster's classics. Any thread. */
final class Lines {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Log log;

    Lines(Log log) {
        this.log = log;
    }

    void active(Entry entry) {
        log.info(
                about(entry)
                        .with("from", "<" + entry.envelope.sender() + ">")
                        .with("size", entry.octets)
                        .with("nrcpt", entry.open)
                        .say("(queue active)"));
    }

    /**
     * One recipient's outcome, {@code delays=} before the queue manager/in line/setting up the
     * connection/with the host.
     */
    void delivery(Attempt attempt, int at, Delivery delivery, long ended) {
        Entry entry = attempt.entry();
        long tried = ended - attempt.started;
        long setup = Math.min(tried, delivery.passage().setupMillis() * NANOS_PER_MILLI);
        String delays =
                seconds(entry.admitted - entry.arrived)
                        + "/"
                        + seconds(attempt.started - entry.admitted)
                        + "/"
                        + seconds(setup)
                        + "/"
                        + seconds(tried - setup);
        Line line =
                recipient(entry, attempt.recipient(at), delivery.relay(), ended)
                        .with("delays", delays);
        if (!delivery.passage().tls().isEmpty()) {
            line.with("tls", delivery.passage().tls());
        }
        line.finish(delivery.outcome());
    }

    void decided(Entry entry, Entry.Pending pending, Outcome outcome, long now) {
        recipient(entry, pending.index, Delivery.NOBODY, now).finish(outcome);
    }

    private Line recipient(Entry entry, int index, String relay, long now) {
        return new Line(
                about(entry)
                        .with("to", "<" + entry.envelope.recipients().get(index).mailbox() + ">")
                        .with("relay", relay)
                        .with("delay", seconds(now - entry.arrived)));
    }

    void expired(Entry entry) {
        log.info(
                about(entry)
                        .with("from", "<" + entry.envelope.sender() + ">")
                        .with("status", "expired")
                        .say("returned to sender"));
    }

    void notice(Entry entry, Notices.Kind kind, QueueId notice) {
        String what =
                switch (kind) {
                    case FAILED -> "sender non-delivery notification";
                    case DELAYED -> "sender delay notification";
                    case DELIVERED, EXPANDED -> "sender delivery status notification";
                };
        log.info(about(entry).say(what).with("notice", notice.text()));
    }

    void copy(Entry entry, QueueId copy) {
        log.info(about(entry).say("copy of a notification").with("notice", copy.text()));
    }

    void noCopy(Entry entry, Throwable why) {
        log.warning(about(entry).say("copy of a notification not queued").with("error", why));
    }

    void noNotice(Entry entry) {
        log.info(about(entry).say("no notice is wanted or allowed: outcome recorded only"));
    }

    void unsettled(Entry entry, Throwable why) {
        log.warning(about(entry).say("notice not queued now").with("error", why));
    }

    void unrecorded(QueueId id, Throwable why) {
        log.warning(LogLine.about(id.text()).say("outcome not recorded now").with("error", why));
    }

    void replayed(int messages) {
        log.info(LogLine.about("qmgr").with("messages", messages).say("queue read"));
    }

    void paused() {
        log.warning(LogLine.about("qmgr").say("deliveries pause until outcomes can be recorded"));
    }

    void resumed() {
        log.warning(LogLine.about("qmgr").say("outcomes are recorded again, deliveries go on"));
    }

    void resting(String transport, Duration rest, String why) {
        log.warning(
                LogLine.about("qmgr")
                        .with("transport", transport)
                        .say("agents unreachable")
                        .with("retry", seconds(rest.toNanos()))
                        .with("error", why));
    }

    void unreadable(QueueId id, String why) {
        log.warning(LogLine.about(id.text()).say("message cannot be read now").with("error", why));
    }

    void removed(Entry entry) {
        log.info(about(entry).say("removed"));
    }

    private static LogLine about(Entry entry) {
        return LogLine.about(entry.envelope.id().text());
    }

    /** Seconds with two decimals below ten, as is custom. */
    static String seconds(long nanos) {
        long hundredths = Math.max(0, nanos) / 10_000_000;
        if (hundredths >= 1000 || hundredths % 100 == 0) {
            return Long.toString(hundredths / 100);
        }
        long fraction = hundredths % 100;
        return hundredths / 100
                + "."
                + (fraction % 10 == 0 ? fraction / 10 : (fraction < 10 ? "0" : "") + fraction);
    }

    private final class Line {
        private final LogLine line;

        Line(LogLine line) {
            this.line = line;
        }

        Line with(String key, String value) {
            line.with(key, value);
            return this;
        }

        void finish(Outcome outcome) {
            String status =
                    switch (outcome) {
                        case Outcome.Delivered _ -> "sent";
                        case Outcome.Deferred _ -> "deferred";
                        case Outcome.Bounced _ -> "bounced";
                    };
            line.with("dsn", outcome.status()).with("status", status);
            log.info(line.say("(" + outcome.detail() + ")"));
        }
    }
}

package postern.smtp;

import java.util.concurrent.atomic.AtomicLong;
import postern.base.Log;
import postern.base.LogLine;
import postern.dns.HostPlan.Target;
import postern.dns.Resolver.Validation;
import postern.mail.Outcome;
import postern.mail.QueueId;

/** smtp's lines in the log: what went wrong on the way to an outcome. Any task. */
final class Lines {
    private final Log log;
    private final AtomicLong inDoubt = new AtomicLong();

    Lines(Log log) {
        this.log = log;
    }

    /** A host, or the way to it; another may be tried now. */
    void failed(QueueId id, Target target, Outcome outcome) {
        said(id, target.text(), outcome);
    }

    /** What a host said, and it is nobody's outcome. */
    void said(QueueId id, String relay, Outcome outcome) {
        log.info(LogLine.about(id.text()).with("relay", relay).say(outcome.detail()));
    }

    void doubt(QueueId id, Target target) {
        log.warning(
                LogLine.about(id.text())
                        .with("relay", target.text())
                        .with("in_doubt", inDoubt.incrementAndGet())
                        .say("no sound answer to the end of data: may arrive twice"));
    }

    void validation(Validation validation) {
        LogLine line = LogLine.about("smtp");
        log.info(
                switch (validation) {
                    case Validation.Present(String server) ->
                            line.with("dnssec", "present").with("server", server);
                    case Validation.Absent(String why) -> line.with("dnssec", "absent").say(why);
                });
    }

    /** How many messages were deferred that a host may have taken. */
    long inDoubt() {
        return inDoubt.get();
    }
}

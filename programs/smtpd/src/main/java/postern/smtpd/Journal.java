package postern.smtpd;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import postern.base.Log;
import postern.base.LogLine;
import postern.mail.Origin;
import postern.mail.QueueId;
import postern.sasl.Mechanism;
import postern.smtpd.access.Rule;
import postern.tls.Protection;
import postern.wire.Reply;

/** What smtpd logs; each line has its form here. */
final class Journal {
    private static final String QUEUED_AS = "queued as ";

    private final Log log;

    Journal(Log log) {
        this.log = log;
    }

    /** {@code QUEUEID: client=... from=<> nrcpt=1 ...}. */
    void accepted(
            Exchange exchange, Origin origin, Transaction transaction, long octets, Reply reply) {
        Client client = exchange.identity().client();
        String method = exchange.identity().authentication().method();
        LogLine line =
                LogLine.about(queueId(reply))
                        .with("client", client)
                        .with("from", "<" + transaction.sender + ">")
                        .with("size", octets)
                        .with("nrcpt", transaction.recipients.size())
                        .with("proto", origin.protocol())
                        .with("helo", "<" + origin.helo() + ">");
        if (!origin.login().isEmpty()) {
            if (!method.isEmpty()) {
                line.with("sasl_method", method);
            }
            line.with("sasl_username", origin.login());
        }
        Xforward forwarded = exchange.forwarded();
        if (forwarded.known()) {
            line.with("orig_client", forwarded.client());
            if (!forwarded.ident().isEmpty()) {
                line.with("orig_queue_id", forwarded.ident());
            }
        }
        log.info(line.with("listener", origin.listener()));
    }

    /** {@code reject: RCPT from unknown[192.0.2.1]: 550 5.1.1 ...; from=<> to=<> ...}. */
    void rejected(String what, Client client, Reply reply, String from, String to, Origin origin) {
        LogLine line = LogLine.about("reject").say(what + " from " + client + ": " + reply + ";");
        if (!from.isEmpty()) {
            line.with("from", from);
        }
        if (!to.isEmpty()) {
            line.with("to", to);
        }
        log.info(line.with("proto", origin.protocol()).with("helo", "<" + origin.helo() + ">"));
    }

    /** The same by a rule of the operator's: {@code ... rule=NAME at=postern.toml:12}. */
    void rejected(Rule rule, Client client, Reply reply, String from, String to, Origin origin) {
        String what = what(rule) + " from " + client + ": " + reply + ";";
        log.info(ruled("reject", what, rule, from, to, origin));
    }

    /** A rule did something else: {@code hold: RCPT from ...; from=<> rule=NAME at=...}. */
    void ruled(Rule rule, Client client, String from, String to, Origin origin) {
        String what = what(rule) + " from " + client + ": " + rule.action().text() + ";";
        log.info(ruled("rule", what, rule, from, to, origin));
    }

    private static String what(Rule rule) {
        return rule.stage().text().toUpperCase(Locale.ROOT);
    }

    private static LogLine ruled(
            String about, String what, Rule rule, String from, String to, Origin origin) {
        LogLine line = LogLine.about(about).say(what);
        if (!from.isEmpty()) {
            line.with("from", from);
        }
        if (!to.isEmpty()) {
            line.with("to", to);
        }
        return line.with("proto", origin.protocol())
                .with("helo", "<" + origin.helo() + ">")
                .with("rule", rule.name())
                .with("at", rule.place());
    }

    /** {@code discard: id=... client=... from=<> ... rule=NAME}. */
    void discarded(QueueId name, Client client, Transaction transaction, long octets, Rule rule) {
        log.info(
                LogLine.about("discard")
                        .with("id", name)
                        .with("client", client)
                        .with("from", "<" + transaction.sender + ">")
                        .with("size", octets)
                        .with("nrcpt", transaction.recipients.size())
                        .with("rule", rule.name())
                        .with("at", rule.place()));
    }

    /** {@code tls: client=... protocol=TLSv1.3 cipher=... certificate=SHA256:...}. */
    void secured(Client client, Protection protection) {
        LogLine line =
                LogLine.about("tls")
                        .with("client", client)
                        .with("protocol", protection.protocol())
                        .with("cipher", protection.cipher());
        if (!protection.group().isEmpty()) {
            line.with("group", protection.group());
        }
        if (protection.certified()) {
            line.with("certificate", "SHA256:" + protection.fingerprint())
                    .with("subject", protection.subject())
                    .with("verified", protection.verified() ? "yes" : "no");
        }
        log.info(line);
    }

    void handshakeFailed(Client client, IOException why) {
        log.info(
                LogLine.about("tls")
                        .say("handshake failed:")
                        .with("client", client)
                        .with("error", why.getMessage()));
    }

    /** {@code auth: unknown[192.0.2.1]: SASL PLAIN authentication failed: reason=... ...}. */
    void denied(Client client, Mechanism mechanism, String user, String why) {
        log.warning(attempt(client, mechanism, "failed:", user, why));
    }

    /** The same where it could not be told. */
    void notTold(Client client, Mechanism mechanism, String user, String why) {
        log.warning(attempt(client, mechanism, "failed for now:", user, why));
    }

    private static LogLine attempt(
            Client client, Mechanism mechanism, String how, String user, String why) {
        LogLine line =
                LogLine.about("auth")
                        .say(client + ": SASL " + mechanism.text() + " authentication " + how)
                        .with("reason", why);
        return user.isEmpty() ? line : line.with("sasl_username", user);
    }

    /** {@code smtpd: stress: sessions=800/1000}: strangers get less time from now on. */
    void stressed(int sessions, int most) {
        log.warning(LogLine.about("smtpd").say("stress:").with("sessions", sessions + "/" + most));
    }

    void disconnected(Client client, String why, Conversation conversation) {
        LogLine line = LogLine.about("disconnect").with("from", client);
        conversation.addTo(line);
        if (!why.isEmpty()) {
            line.with("lost", why);
        }
        log.info(line);
    }

    /** The program behind answered for some recipients so and for others otherwise. */
    void mixed(List<Reply> replies) {
        log.warning(
                LogLine.about("smtpd").say("replies differ by recipient:").with("all", replies));
    }

    void intakeFailed(IOException why) {
        log.warning(
                LogLine.about("smtpd").say("cannot hand over:").with("error", why.getMessage()));
    }

    /** What is asked behind us did not answer. */
    void unanswered(String what, IOException why) {
        log.warning(
                LogLine.about("smtpd")
                        .say("no answer to " + what + ":")
                        .with("error", why.getMessage()));
    }

    private static String queueId(Reply reply) {
        String text = reply.text();
        int at = text.indexOf(QUEUED_AS);
        if (at < 0) {
            return "accepted";
        }
        int start = at + QUEUED_AS.length();
        int end = text.indexOf(' ', start);
        return text.substring(start, end < 0 ? text.length() : end);
    }
}

package postern.smtp;

import java.io.IOException;
import java.net.ProtocolException;
import postern.base.TimedOut;
import postern.dns.HostPlan.Target;
import postern.mail.Outcome;
import postern.mail.Outcome.About;
import postern.mail.Outcome.Bounced;
import postern.mail.Outcome.Deferred;
import postern.mail.Outcome.Delivered;
import postern.wire.Reply;
import postern.wire.ReplyReader.PeerEnded;

/**
 * What a host's replies, and its silence, mean for a recipient. Hosts contradict themselves; we
 * must not. The code's first digit rules (RFC 5321 §4.2.1), and what fits nowhere is "later": never
 * bounce on confusion.
 */
final class Verdicts {
    /** The host hangs up after it, wherever it stands: RFC 5321 §3.8. */
    static final int HANGING_UP = 421;

    /** RFC 5321 §4.2.3, storage; after RCPT it means too many recipients. */
    private static final int TOO_MUCH = 552;

    /** RFC 3463 §3.8: other or undefined security status. */
    private static final String NOT_SECURED = "4.7.0";

    private Verdicts() {}

    /** Of a reply to MAIL, DATA or the end of data: about the message. */
    static Outcome message(Target target, Reply reply, Step step) {
        return of(target, reply, About.MESSAGE, step);
    }

    /** Of a reply to RCPT. A 552 there is a 452: RFC 5321 §4.5.3.1.10. */
    static Outcome recipient(Target target, Reply reply) {
        return reply.code() == TOO_MUCH
                ? new Deferred(
                        softened(reply.status()), said(target, reply, Step.RCPT), About.RECIPIENT)
                : of(target, reply, About.RECIPIENT, Step.RCPT);
    }

    /** Of a greeting that is no welcome. Even a 5yz is the host's state, not the message's. */
    static Outcome greeting(Target target, Reply reply) {
        return new Deferred(
                softened(reply.status()),
                "host " + target.text() + " refused to talk to me: " + words(reply, Step.GREETING),
                About.HOST);
    }

    /** Of a reply that ends the session: refused EHLO and HELO, 421 anywhere. */
    static Outcome host(Target target, Reply reply, Step step) {
        return of(target, reply, About.HOST, step);
    }

    /** Of a reply to BDAT that says the command is unknown, where EHLO offered it. */
    static Outcome chunkingRefused(Target target, Reply reply) {
        return new Deferred(
                "4.5.0",
                "CHUNKING is offered and refused: " + said(target, reply, Step.END),
                About.HOST);
    }

    /** Of a "never" to the message with more replies behind it: it took lines for commands. */
    static Outcome outOfStep(Target target, Reply reply) {
        return new Deferred(
                "4.5.0",
                "more than one reply to the message; " + said(target, reply, Step.END),
                About.HOST);
    }

    private static Outcome of(Target target, Reply reply, About about, Step step) {
        int kind = reply.code() / 100;
        String status = reply.status().startsWith(kind + ".") ? reply.status() : kind + ".0.0";
        return switch (kind) {
            case 2 -> new Delivered(status, reply.toString());
            case 4 -> new Deferred(status, said(target, reply, step), about);
            case 5 -> new Bounced(status, said(target, reply, step));
            default ->
                    new Deferred(
                            "4.5.0",
                            "reply out of place: " + said(target, reply, step),
                            About.HOST);
        };
    }

    /** Of a connection that was lost or never made sense. */
    static Outcome lost(Target target, Step step, IOException how) {
        String words =
                switch (how) {
                    case TimedOut _ ->
                            "conversation with "
                                    + target.text()
                                    + " timed out while "
                                    + step.doing();
                    case PeerEnded _ ->
                            "lost connection with " + target.text() + " while " + step.doing();
                    case ProtocolException nonsense ->
                            "protocol error by "
                                    + target.text()
                                    + " while "
                                    + step.doing()
                                    + ": "
                                    + nonsense.getMessage();
                    default ->
                            "lost connection with "
                                    + target.text()
                                    + " while "
                                    + step.doing()
                                    + ": "
                                    + how.getMessage();
                };
        return new Deferred("4.4.2", words, About.HOST);
    }

    static Outcome unreachable(Target target, IOException how) {
        return new Deferred(
                "4.4.1", "connect to " + target.text() + ": " + how.getMessage(), About.HOST);
    }

    /** RFC 3463 §3.8: 4.7.4 security features not supported. */
    static Outcome notOffered(String why) {
        return new Deferred("4.7.4", why, About.HOST);
    }

    static Outcome notAuthenticated(String why) {
        return new Deferred(NOT_SECURED, "SASL authentication failed: " + why, About.HOST);
    }

    /** Of a reply to AUTH or what follows it. A 5yz is our account's state, not the message's. */
    static Outcome authenticationFailed(Target target, Reply reply) {
        return new Deferred(
                reply.status().isEmpty() ? NOT_SECURED : softened(reply.status()),
                "SASL authentication failed; server " + target.text() + " said: " + reply,
                About.HOST);
    }

    /** RFC 3463 §3.8: 4.7.5 cryptographic failure. */
    static Outcome unprotected(String why) {
        return new Deferred("4.7.5", why, About.HOST);
    }

    /** Of a "never" from whoever answers before the host has proved itself: it may be anybody. */
    static Outcome beforeTls(Bounced never) {
        return new Deferred(softened(never.status()), never.detail() + ", before TLS", About.HOST);
    }

    /** Of configuration that no connection can satisfy. */
    static Outcome contradiction(String why) {
        return new Deferred("4.3.5", why, About.DESTINATION);
    }

    /**
     * Of a next hop that the operator chose and that cannot be: what is wrong with it says nothing
     * of the recipients. As Postfix for relayhost and smtp_fallback_relay.
     */
    static Outcome misled(String hop, Bounced never) {
        return new Deferred(
                "4.3.5", "the next hop " + hop + ": " + never.detail(), About.DESTINATION);
    }

    /** A status of class 5 as one of class 4. */
    private static String softened(String status) {
        return status.isEmpty() ? "4.0.0" : "4" + status.substring(1);
    }

    /** The words of Postfix; bounce takes what stands behind {@code said:} for the host's own. */
    private static String said(Target target, Reply reply, Step step) {
        return "host " + target.text() + " said: " + words(reply, step);
    }

    private static String words(Reply reply, Step step) {
        return reply + " (in reply to " + step.command() + ")";
    }
}

package postern.smtpd;

import java.io.IOException;
import java.util.Optional;
import postern.mail.AddressParser;
import postern.mail.Domain;
import postern.mail.Mailbox;
import postern.smtpd.Counts.Verb;
import postern.wire.Reply;

/** Commands of clients that we know, beside mail: XFORWARD, ETRN. One thread only. */
final class Requests {
    /** What VRFY is answered for a domain that is not ours. */
    private static final int NOT_OURS = 252;

    /** What it is answered when nobody knows. */
    private static final int UNANSWERED = 451;

    private final Exchange exchange;
    private final Premises premises;
    private final Security security;

    Requests(Exchange exchange, Security security) {
        this.exchange = exchange;
        this.premises = exchange.premises();
        this.security = security;
    }

    /** Before MAIL, and for one message. */
    void xforward(String attributes) throws IOException {
        if (!security.standing().forwarder()) {
            exchange.answer(Verb.OTHER, Replies.NOT_A_PROXY);
        } else if (exchange.transaction().isPresent()) {
            exchange.answer(Verb.OTHER, Replies.IN_TRANSACTION);
        } else {
            Optional<Xforward> told = exchange.forwarded().with(attributes);
            told.ifPresent(exchange::forwarded);
            exchange.answer(Verb.OTHER, told.isPresent() ? Replies.OK : Replies.BAD_FORWARD);
        }
    }

    /**
     * RFC 1985 §5. An {@code @} before the name means all below it too; a {@code #} makes it the
     * name of a queue (§5.3), and ours have the names of the hosts where they lead.
     */
    void etrn(String argument) throws IOException {
        exchange.conversation().command(Verb.OTHER);
        if (!security.standing().wakes()) {
            exchange.conversation().reply(Replies.NOT_OFFERED);
        } else if (!exchange.identity().greeted()) {
            exchange.conversation().reply(Replies.HELLO_FIRST);
        } else if (exchange.transaction().isPresent()) {
            exchange.conversation().reply(Replies.IN_TRANSACTION);
        } else {
            boolean below = argument.startsWith("@");
            String node = below || argument.startsWith("#") ? argument.substring(1) : argument;
            exchange.conversation()
                    .reply(
                            AddressParser.host(node) && !node.startsWith("[")
                                    ? woken(new Domain(node), below)
                                    : Replies.BAD_NODE.reply());
        }
    }

    private Reply woken(Domain node, boolean below) {
        // whoever could name any domain might hurry the mail of others, and learn of it
        Reply ours = premises.recipients().ask(new Mailbox("postmaster", node));
        if (ours.code() == NOT_OURS) {
            Reply refusal =
                    Reply.of(459, "4.7.1", "Node " + node + " not allowed: not relayed here");
            exchange.reject("ETRN", refusal, "");
            return refusal;
        }
        try {
            long messages = ours.code() == UNANSWERED ? -1 : premises.intake().wake(node, below);
            return messages < 0
                    ? Reply.of(458, "4.3.0", "Unable to queue messages for node " + node)
                    : messages == 0
                            ? Reply.of(251, "2.0.0", "OK, no messages waiting for node " + node)
                            : Reply.of(
                                    253,
                                    "2.0.0",
                                    "OK, "
                                            + messages
                                            + " pending messages for node "
                                            + node
                                            + " started");
        } catch (IOException unreachable) {
            premises.journal().unanswered("ETRN", unreachable);
            return Reply.of(458, "4.3.0", "Unable to queue messages for node " + node);
        }
    }
}

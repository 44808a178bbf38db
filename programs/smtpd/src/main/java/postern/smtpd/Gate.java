package postern.smtpd;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import postern.mail.Mailbox;
import postern.mail.Origin;
import postern.smtpd.access.Action;
import postern.smtpd.access.Rule;
import postern.smtpd.access.Rules;
import postern.smtpd.access.Stage;
import postern.wire.Reply;

/**
 * Asks the operator's rules, and does what they say. It can refuse and never permit: who may relay
 * is none of its business. One thread only.
 */
final class Gate {
    private final Premises premises;
    private final Rules rules;
    private final Identity identity;
    private final Conversation conversation;
    private final SessionFacts facts;

    Gate(Premises premises, Identity identity, Conversation conversation) {
        this.premises = premises;
        this.rules = premises.policy().rules();
        this.identity = identity;
        this.conversation = conversation;
        this.facts = new SessionFacts(premises.policy(), identity);
    }

    SessionFacts facts() {
        return facts;
    }

    /** The refusal of a rule, logged already; empty where none refuses. */
    Optional<Reply> ask(Stage stage, Optional<Transaction> open, Optional<Mailbox> recipient)
            throws IOException {
        if (!rules.has(stage)) {
            return Optional.empty();
        }
        facts.regard(open, recipient);
        List<Rule> applied = rules.decide(stage, facts);
        for (Rule rule : applied) {
            Optional<Reply> refusal = obey(rule, open, recipient);
            if (refusal.isPresent()) {
                return refusal;
            }
        }
        return Optional.empty();
    }

    private Optional<Reply> obey(Rule rule, Optional<Transaction> open, Optional<Mailbox> recipient)
            throws IOException {
        switch (rule.action()) {
            case Action.Permit _ -> {
                return Optional.empty();
            }
            case Action.Reject(Reply reply) -> {
                return refused(rule, reply, open, recipient);
            }
            case Action.Defer(Reply reply) -> {
                return refused(rule, reply, open, recipient);
            }
            case Action.Tarpit(var delay) -> {
                conversation.flush(); // what was replied to is not made to wait
                premises.world().clock().sleep(delay);
            }
            case Action.Warn _ -> {}
            case Action.Hold _ -> marks(open).hold(rule);
            case Action.Redirect(Mailbox to) -> marks(open).redirect(to);
            case Action.Prepend(String field) -> marks(open).prepend(field);
            case Action.AddRecipient(Mailbox to) -> marks(open).add(to);
            case Action.Discard _ -> marks(open).discard(rule);
        }
        premises.journal()
                .ruled(rule, identity.client(), sender(open), text(recipient), origin(open));
        return Optional.empty();
    }

    private Optional<Reply> refused(
            Rule rule, Reply reply, Optional<Transaction> open, Optional<Mailbox> recipient) {
        premises.journal()
                .rejected(
                        rule,
                        identity.client(),
                        reply,
                        sender(open),
                        text(recipient),
                        origin(open));
        return Optional.of(reply);
    }

    private static Marks marks(Optional<Transaction> open) {
        return open.orElseThrow().marks();
    }

    private static String sender(Optional<Transaction> open) {
        return open.map(transaction -> "<" + transaction.sender + ">").orElse("");
    }

    private static String text(Optional<Mailbox> recipient) {
        return recipient.map(mailbox -> "<" + mailbox + ">").orElse("");
    }

    private Origin origin(Optional<Transaction> open) {
        return identity.origin(open.filter(one -> one.options.smtpUtf8()).isPresent());
    }
}

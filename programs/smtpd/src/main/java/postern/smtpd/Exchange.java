package postern.smtpd;

import java.io.IOException;
import java.util.Optional;
import postern.mail.Mailbox;
import postern.mail.Origin;
import postern.smtpd.Counts.Verb;
import postern.smtpd.access.Stage;
import postern.wire.Reply;

/** What the commands of one session share, and how they refuse. One thread only. */
final class Exchange {
    private final Premises premises;
    private final Identity identity;
    private final Conversation conversation;
    private final Gate gate;
    private Optional<Transaction> transaction = Optional.empty();
    private Xforward forwarded = Xforward.NOTHING;
    private int unanswered;

    Exchange(Premises premises, Identity identity, Conversation conversation) {
        this.premises = premises;
        this.identity = identity;
        this.conversation = conversation;
        this.gate = new Gate(premises, identity, conversation);
    }

    Premises premises() {
        return premises;
    }

    Identity identity() {
        return identity;
    }

    Conversation conversation() {
        return conversation;
    }

    Gate gate() {
        return gate;
    }

    /** The one that is open. */
    Optional<Transaction> transaction() {
        return transaction;
    }

    void begin(Transaction begun) {
        transaction = Optional.of(begun);
        unanswered = 0;
    }

    /** It is over, though its last chunk is still to come, with an answer for each recipient. */
    void endWithin() {
        int recipients = transaction.map(open -> open.recipients.size()).orElse(0);
        endTransaction();
        unanswered = recipients;
    }

    /** Recipients of a message that ended so. */
    int unanswered() {
        return unanswered;
    }

    void endTransaction() {
        transaction.ifPresent(Transaction::drop);
        transaction = Optional.empty();
        unanswered = 0;
        forwarded = Xforward.NOTHING;
    }

    /** What XFORWARD said of the message. */
    Xforward forwarded() {
        return forwarded;
    }

    void forwarded(Xforward told) {
        forwarded = told;
    }

    void answer(Verb verb, Canned reply) throws IOException {
        conversation.command(verb);
        conversation.reply(reply);
    }

    /** Whether a rule refuses; the client is told already. */
    boolean refused(Stage stage, Optional<Mailbox> recipient) throws IOException {
        Optional<Reply> refusal = gate.ask(stage, transaction, recipient);
        if (refusal.isEmpty()) {
            return false;
        }
        tell(refusal.get());
        return true;
    }

    /** 421 and 521 are last words: RFC 5321 §3.8, RFC 7504 §4. */
    void tell(Reply refusal) throws IOException {
        if (refusal.code() == 421 || refusal.code() == 521) {
            conversation.hangUp(refusal);
        } else {
            conversation.reply(refusal);
        }
    }

    /** Whether octets came that should have waited for a reply; then the session is over. */
    boolean outOfStep() throws IOException {
        if (!conversation.reader().pending()) {
            return false;
        }
        reject("PIPELINING", Replies.OUT_OF_STEP.reply(), "");
        conversation.hangUp(Replies.OUT_OF_STEP);
        return true;
    }

    /** Counts it; why it is too much, empty when it is not. */
    Optional<String> tooMuch(Meter.What what) {
        return premises.policy()
                .meter()
                .count(
                        what,
                        identity.client().inet(),
                        identity.authentication().login().orElse(""),
                        identity.client().trusted());
    }

    Origin origin() {
        return identity.origin(transaction.filter(open -> open.options.smtpUtf8()).isPresent());
    }

    /** Logs a refusal. */
    void reject(String what, Reply reply, String recipient) {
        String sender = transaction.map(open -> "<" + open.sender + ">").orElse("");
        premises.journal().rejected(what, identity.client(), reply, sender, recipient, origin());
    }
}

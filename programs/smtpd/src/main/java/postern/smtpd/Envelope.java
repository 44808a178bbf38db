package postern.smtpd;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import postern.base.Endpoint;
import postern.mail.Domain;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.mail.Terms;
import postern.smtpd.Counts.Verb;
import postern.smtpd.access.Stage;
import postern.wire.Reply;
import postern.wire.SmtpCommand;

/** MAIL and RCPT: RFC 5321 §3.3. One thread only. */
final class Envelope {
    /** What the intake says of a recipient of ours whose mail the administrator puts off. */
    private static final int PUT_OFF = 450;

    private final Premises premises;
    private final SmtpdConfig config;
    private final Exchange exchange;
    private final Identity identity;
    private final Conversation conversation;
    private final Security security;
    private final SenderOwners owners;

    Envelope(Exchange exchange, Security security) {
        this.premises = exchange.premises();
        this.config = premises.config();
        this.exchange = exchange;
        this.identity = exchange.identity();
        this.conversation = exchange.conversation();
        this.security = security;
        this.owners = new SenderOwners(premises.policy().logins());
    }

    void mail(SmtpCommand.Mail mail) throws IOException {
        conversation.command(Verb.MAIL);
        Canned refusal = null;
        if (!identity.greeted()) {
            refusal = Replies.HELLO_FIRST; // RFC 5321 §4.1.4
        } else if (exchange.transaction().isPresent()) {
            refusal = Replies.NESTED_MAIL; // RFC 5321 §4.1.4
        } else if (identity.mustAuthenticate()) {
            refusal = Replies.AUTHENTICATE; // RFC 4954 §6
        } else if (mail.size() > config.bounds().messageOctets()) {
            refusal = Replies.TOO_LARGE; // RFC 1870 §6.1
        } else if (!mail.options().smtpUtf8()
                && mail.from() instanceof ReversePath.Sender(var mailbox)
                && mailbox.internationalized()) {
            refusal = Replies.SENDER_NOT_INTERNATIONAL;
        }
        if (refusal != null) {
            if (refusal.reply().code() != 503) {
                exchange.reject("MAIL", refusal.reply(), "");
            }
            conversation.reply(refusal);
            return;
        }
        Optional<Reply> notTheirs = owners.refusal(mail.from(), identity);
        if (notTheirs.isPresent()) {
            exchange.reject("MAIL", notTheirs.get(), "");
            conversation.reply(notTheirs.get());
        } else {
            begin(mail);
        }
    }

    private void begin(SmtpCommand.Mail mail) throws IOException {
        Canned reply = Replies.SENDER_OK;
        MailOptions options = mail.options();
        if (!mail.wishes().asked().isEmpty()) {
            Instant now = premises.world().clock().now();
            Terms terms = mail.wishes().at(now);
            Optional<Canned> refusal =
                    TermsCheck.refusal(
                            mail.wishes(),
                            terms,
                            premises.offers().parameters(security.standing()),
                            now,
                            config.services().releaseWithin());
            if (refusal.isPresent()) {
                conversation.reply(refusal.get());
                return;
            }
            if (terms.priority() > 0 && !identity.mayRelay()) { // RFC 6710 §4.1
                terms = terms.withPriority(0);
                reply = Replies.PRIORITY_LOWERED;
            }
            options = options.with(terms);
        }
        Optional<String> tooMuch = exchange.tooMuch(Meter.What.MESSAGE);
        if (tooMuch.isPresent()) {
            Reply refusal = Reply.of(450, "4.7.1", "Error: " + tooMuch.get());
            exchange.reject("MAIL", refusal, "");
            conversation.reply(refusal);
            return;
        }
        exchange.begin(new Transaction(mail.from(), options, mail.size()));
        if (exchange.refused(Stage.MAIL, Optional.empty())) {
            exchange.endTransaction();
        } else {
            conversation.reply(reply);
        }
    }

    void rcpt(Recipient named) throws IOException {
        conversation.command(Verb.RCPT);
        Recipient recipient = named.mailbox().domain().literal() ? here(named) : named;
        if (exchange.transaction().isEmpty()) {
            conversation.reply(Replies.MAIL_FIRST);
            return;
        }
        Transaction open = exchange.transaction().get();
        if (open.chunks().isPresent()) {
            conversation.reply(Replies.CHUNKS_BEGAN); // RFC 3030 §2
        } else if (open.recipients.size() >= config.bounds().recipients()) {
            conversation.tooManyRecipients(Replies.TOO_MANY_RECIPIENTS);
        } else if (!open.options.smtpUtf8() && recipient.mailbox().internationalized()) {
            conversation.reply(Replies.RECIPIENT_NOT_INTERNATIONAL);
        } else {
            Optional<Reply> refusal =
                    exchange.tooMuch(Meter.What.RECIPIENT)
                            .map(text -> Reply.of(450, "4.7.1", "Error: " + text))
                            .or(() -> refusal(recipient));
            if (refusal.isPresent()) {
                exchange.reject("RCPT", refusal.get(), "<" + recipient.mailbox() + ">");
                conversation.reply(refusal.get());
            } else if (!exchange.refused(Stage.RCPT, Optional.of(recipient.mailbox()))) {
                open.recipients.add(recipient);
                conversation.reply(Replies.RECIPIENT_OK);
            }
        }
    }

    /** {@code user@[address]} is a user of ours where the client reached us at that address. */
    private Recipient here(Recipient named) {
        boolean ours =
                conversation.peer().local() instanceof Endpoint.Tcp at
                        && named.mailbox().domain().address().equals(Optional.of(at.address()));
        return ours
                ? new Recipient(
                        new Mailbox(named.mailbox().localPart(), new Domain(config.hostname())),
                        named.wanted(),
                        named.original())
                : named;
    }

    /** Why mail for the recipient is not taken from this client; empty when it is. */
    private Optional<Reply> refusal(Recipient recipient) {
        Reply answer = premises.recipients().ask(recipient.mailbox());
        boolean ours = answer.code() != 252;
        if (answer.positive() && (ours || identity.mayRelay())) {
            return Optional.empty();
        }
        if (answer.code() == PUT_OFF && identity.mayRelay()) {
            return Optional.empty(); // whose queue we are: it waits here
        }
        String subject = "<" + recipient.mailbox() + ">: ";
        if (answer.positive()) {
            return Optional.of(Reply.of(554, "5.7.1", subject + Replies.RELAY_DENIED));
        }
        return Optional.of(
                Reply.of(
                        answer.code(),
                        answer.status(),
                        subject + "Recipient address rejected: " + answer.text()));
    }
}

package postern.smtpd;

import java.io.IOException;
import java.util.Optional;
import postern.smtpd.Counts.Verb;
import postern.smtpd.access.Stage;
import postern.wire.Reply;
import postern.wire.SmtpCommand;
import postern.wire.SmtpCommand.Greeting;

/**
 * How a session begins, and begins anew: the greeting, HELO, EHLO and LHLO, STARTTLS, XCLIENT. One
 * thread only.
 */
final class Opening {
    private final Premises premises;
    private final Exchange exchange;
    private final Identity identity;
    private final Conversation conversation;
    private final Security security;
    private final AuthCommand auth;
    private boolean barred; // by a greeting of 554

    Opening(Exchange exchange, Security security, AuthCommand auth) {
        this.premises = exchange.premises();
        this.exchange = exchange;
        this.identity = exchange.identity();
        this.conversation = exchange.conversation();
        this.security = security;
        this.auth = auth;
    }

    /** Whether the greeting left nothing but QUIT. */
    boolean barred() {
        return barred;
    }

    /** The first reply of all, unless a rule refuses the client. */
    void greet() throws IOException {
        Optional<Reply> refusal =
                exchange.gate().ask(Stage.CONNECT, Optional.empty(), Optional.empty());
        if (refusal.isEmpty()) {
            barred = false;
            conversation.reply(premises.greeting());
        } else if (refusal.get().code() == 554) {
            barred = true; // RFC 5321 §3.1: it waits for QUIT, and answers 503 to all else
            conversation.greet(premises.lastWords().of(refusal.get()));
        } else {
            conversation.greet(premises.lastWords().of(refusal.get()));
            conversation.hangUp(); // RFC 7504 §3
        }
    }

    /** RFC 5321 §4.1.1.1, RFC 2033 §4.1. */
    void hello(SmtpCommand.Hello said) throws IOException {
        conversation.command(said.greeting() == Greeting.HELO ? Verb.HELO : Verb.EHLO);
        if ((said.greeting() == Greeting.LHLO) != identity.lmtp()) {
            conversation.reply(
                    Replies.UNKNOWN_VERB); // RFC 2033 §4.1: the one here, the other there
            return;
        }
        if (exchange.outOfStep()) {
            return;
        }
        Optional<SmtpCommand.Hello> before = identity.hello();
        identity.hello(said);
        if (exchange.refused(Stage.HELO, Optional.empty())) {
            identity.hello(before); // RFC 5321 §4.1.4: all stays as it was
            return;
        }
        exchange.endTransaction(); // RFC 5321 §4.1.4
        conversation.reply(
                premises.offers()
                        .hello(
                                said.greeting(),
                                security.standing().withAuth(auth.offered()),
                                premises.world().clock().now()));
    }

    /** RFC 3207 §4. */
    void startTls() throws IOException {
        conversation.command(Verb.STARTTLS);
        Optional<Canned> refusal = security.refusal();
        if (refusal.isPresent()) {
            conversation.reply(refusal.get());
        } else if (!exchange.outOfStep()) { // what came in the clear must never count under TLS
            exchange.endTransaction();
            boolean _ = security.secure();
        }
    }

    /** A trusted proxy says for whom it speaks. */
    void xclient(String attributes) throws IOException {
        conversation.command(Verb.XCLIENT);
        if (!security.standing().proxy()) {
            conversation.reply(Replies.NOT_A_PROXY);
            return;
        }
        if (exchange.transaction().isPresent()) {
            conversation.reply(Replies.IN_TRANSACTION);
            return;
        }
        var before = new Xclient(identity.client(), identity.authentication().login());
        Optional<Xclient> now = Xclient.parse(attributes, before, premises.config().trusted());
        if (now.isEmpty()) {
            conversation.reply(Replies.BAD_ATTRIBUTES);
            return;
        }
        identity.replaced(now.get().client(), now.get().login());
        greet(); // the session begins anew
    }
}

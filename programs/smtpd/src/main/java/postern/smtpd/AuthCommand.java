package postern.smtpd;

import java.io.IOException;
import java.util.Optional;
import postern.smtpd.Counts.Verb;
import postern.wire.Reply;
import postern.wire.SmtpCommand;

/** AUTH: RFC 4954. One thread only. */
final class AuthCommand {
    private final Exchange exchange;
    private final Identity identity;
    private final Conversation conversation;

    AuthCommand(Exchange exchange) {
        this.exchange = exchange;
        this.identity = exchange.identity();
        this.conversation = exchange.conversation();
    }

    void perform(SmtpCommand.Auth auth) throws IOException {
        conversation.command(Verb.AUTH);
        if (exchange.transaction().isPresent()) {
            conversation.reply(Replies.IN_TRANSACTION); // RFC 4954 §4
        } else if (!identity.pipelining()) {
            conversation.reply(Replies.HELLO_FIRST);
        } else {
            identity.authentication().attempt(auth, conversation);
            if (identity.authentication().login().isEmpty()) {
                Optional<String> tooMuch = exchange.tooMuch(Meter.What.AUTH_FAILURE);
                if (tooMuch.isPresent() && !conversation.over()) {
                    Reply last = Reply.of(421, "4.7.0", "Error: " + tooMuch.get());
                    exchange.reject("AUTH", last, "");
                    conversation.hangUp(last);
                }
            }
        }
    }
}

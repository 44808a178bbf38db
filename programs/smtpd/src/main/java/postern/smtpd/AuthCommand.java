package postern.smtpd;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import postern.base.Bug;
import postern.base.Endpoint;
import postern.sasl.Accounts;
import postern.sasl.Bounds;
import postern.sasl.Mechanism;
import postern.sasl.ScramHash;
import postern.sasl.ScramKeys;
import postern.sasl.ServerExchange;
import postern.sasl.ServerExchange.Channel;
import postern.sasl.dovecot.Answer;
import postern.sasl.dovecot.Asked;
import postern.sasl.dovecot.AuthClient;
import postern.smtpd.Counts.Verb;
import postern.wire.PeerReader;
import postern.wire.Reply;
import postern.wire.SmtpCommand;

/**
 * AUTH: RFC 4954. On the Unix-domain socket the kernel says who is calling, and under TLS a
 * certificate may; everything else is a matter of the authentication service. One thread only.
 */
final class AuthCommand {
    private final Exchange exchange;
    private final Security security;
    private final AuthOffer offer;
    private final Identity identity;
    private final Conversation conversation;
    private final Logins logins;

    /** What came from the client. */
    private sealed interface Said {
        /** Well-formed base64. */
        record Message(String base64) implements Said {}

        /** The client is told already, or is gone. */
        record Nothing() implements Said {}
    }

    AuthCommand(Exchange exchange, Security security, ListenerConfig listener) {
        this.exchange = exchange;
        this.security = security;
        this.identity = exchange.identity();
        this.conversation = exchange.conversation();
        this.logins = exchange.premises().policy().logins();
        this.offer = new AuthOffer(listener, logins, identity, conversation);
    }

    /** What EHLO says of it; from then on commands may be as long as it takes. */
    String offered() {
        String text = offer.text(security.standing().startTls());
        conversation.expectAuth(!text.isEmpty() && identity.authentication().login().isEmpty());
        return text;
    }

    void perform(SmtpCommand.Auth auth) throws IOException {
        conversation.command(Verb.AUTH);
        boolean startTls = security.standing().startTls();
        if (exchange.transaction().isPresent()) {
            conversation.reply(Replies.IN_TRANSACTION); // RFC 4954 §4
            return;
        }
        if (!identity.pipelining()) {
            conversation.reply(Replies.HELLO_FIRST);
            return;
        }
        if (identity.authentication().login().isPresent()) {
            conversation.reply(Replies.AUTHENTICATED_ALREADY); // RFC 4954 §4
            return;
        }
        Optional<Mechanism> mechanism = Mechanism.of(auth.mechanism());
        if (mechanism.isPresent() && offer.usable(startTls).contains(mechanism.get())) {
            authenticate(mechanism.get(), auth.response());
        } else if (mechanism.isPresent() && offer.wantsTls(mechanism.get(), startTls)) {
            conversation.reply(Replies.AUTH_NEEDS_TLS);
        } else {
            conversation.reply(
                    offer.text(startTls).isEmpty() ? Replies.NOT_OFFERED : Replies.NO_MECHANISM);
        }
    }

    private void authenticate(Mechanism mechanism, String initial) throws IOException {
        Optional<String> tooMuch = exceeded("");
        if (tooMuch.isPresent()) {
            hangUp(tooMuch.get());
            return;
        }
        Optional<String> message = Optional.empty();
        if (!initial.isEmpty()) {
            switch (message(initial.equals("=") ? "" : initial)) { // RFC 4954 §4
                case Said.Message(String base64) -> message = Optional.of(base64);
                case Said.Nothing _ -> {
                    return;
                }
            }
        }
        if (mechanism == Mechanism.EXTERNAL) {
            external(message);
        } else {
            service(mechanism, message);
        }
    }

    /** What is known of the client without asking it. */
    private void external(Optional<String> initial) throws IOException {
        String response;
        if (initial.isPresent()) {
            response = initial.get();
        } else {
            switch (challenge("")) {
                case Said.Message(String base64) -> response = base64;
                case Said.Nothing _ -> {
                    return;
                }
            }
        }
        List<String> known = conversation.peer().user().map(List::of).orElseGet(offer::certified);
        ServerExchange server =
                ServerExchange.of(
                        Mechanism.EXTERNAL,
                        new Outside(known),
                        Channel.NONE,
                        exchange.premises().world().random());
        switch (server.step(Base64.getDecoder().decode(response))) {
            case ServerExchange.Step.Granted(String login) -> granted(login, Mechanism.EXTERNAL);
            case ServerExchange.Step.Denied(String user, String why) ->
                    denied(Mechanism.EXTERNAL, user, why);
            case ServerExchange.Step.Malformed(String why) -> denied(Mechanism.EXTERNAL, "", why);
            case ServerExchange.Step.Unavailable(String user, String why) ->
                    unavailable(Mechanism.EXTERNAL, user, why);
            case ServerExchange.Step.Challenge _ ->
                    unavailable(Mechanism.EXTERNAL, "", "a challenge where there is none");
        }
    }

    private void service(Mechanism mechanism, Optional<String> initial) throws IOException {
        AuthClient client = logins.service();
        if (client == null) {
            conversation.reply(Replies.NO_MECHANISM);
            return;
        }
        Asked asked =
                new Asked(
                        mechanism.text(),
                        identity.protection().isPresent(),
                        identity.client().inet().map(Endpoint::text).orElse(""),
                        offer.local(),
                        offer.binding(),
                        initial);
        try (AuthClient.Exchange open = client.exchange()) {
            conversation.flush(); // what was replied does not wait for the service
            Answer answer = asked(open, mechanism, asked);
            for (int i = 0; i < Bounds.STEPS_MAX; i++) {
                switch (answer) {
                    case Answer.Challenge(String base64) -> {
                        switch (challenge(base64)) {
                            case Said.Message(String response) ->
                                    answer = next(open, mechanism, response);
                            case Said.Nothing _ -> {
                                if (tokenDenied(mechanism, base64)) {
                                    failed(mechanism, "", "the token was denied");
                                }
                                return;
                            }
                        }
                    }
                    case Answer.Granted(String login) -> {
                        granted(login, mechanism);
                        return;
                    }
                    case Answer.Denied(String user, String why) -> {
                        denied(mechanism, user, why);
                        return;
                    }
                    case Answer.Unavailable(String user, String why) -> {
                        unavailable(mechanism, user, why);
                        return;
                    }
                }
            }
            unavailable(mechanism, "", "the exchange has no end");
        }
    }

    /**
     * Whether a challenge tells that, so that the client need not stay for the reply: RFC 7628
     * §3.2.3.
     */
    private static boolean tokenDenied(Mechanism mechanism, String challenge) {
        return (mechanism == Mechanism.OAUTHBEARER || mechanism == Mechanism.XOAUTH2)
                && !challenge.isEmpty();
    }

    private static Answer asked(AuthClient.Exchange open, Mechanism mechanism, Asked asked) {
        try {
            return open.begin(asked);
        } catch (IOException failed) {
            return new Answer.Unavailable("", mechanism.text() + ": " + failed.getMessage());
        }
    }

    private static Answer next(AuthClient.Exchange open, Mechanism mechanism, String response) {
        try {
            return open.next(response);
        } catch (IOException failed) {
            return new Answer.Unavailable("", mechanism.text() + ": " + failed.getMessage());
        }
    }

    /** Sends a challenge and takes the answer to it: RFC 4954 §4. */
    private Said challenge(String base64) throws IOException {
        conversation.replyUnbound(Reply.of(334, "", base64)); // RFC 4954 §4
        conversation.flush();
        return switch (conversation.authLine()) {
            case PeerReader.Line.Complete(byte[] octets) -> {
                String response = new String(octets, StandardCharsets.ISO_8859_1);
                if (response.equals("*")) {
                    conversation.reply(Replies.AUTH_CANCELLED);
                    yield new Said.Nothing();
                }
                yield message(response);
            }
            case PeerReader.Line.BareNewline _ -> {
                conversation.reply(Replies.BAD_BASE64);
                yield new Said.Nothing();
            }
            case PeerReader.Line.TooLong _ -> {
                conversation.reply(Replies.AUTH_TOO_LONG);
                yield new Said.Nothing();
            }
            case PeerReader.Line.End _ -> {
                conversation.hangUp();
                yield new Said.Nothing();
            }
        };
    }

    /** Base64 comes in groups of four: RFC 4954 §8, which Java's decoder does not ask for. */
    private Said message(String base64) throws IOException {
        if (base64.length() % 4 == 0) {
            try {
                byte[] _ = Base64.getDecoder().decode(base64);
                return new Said.Message(base64);
            } catch (IllegalArgumentException _) {
                // answered as what is cut short
            }
        }
        conversation.reply(Replies.BAD_BASE64);
        return new Said.Nothing();
    }

    /** Too many failures for the login make the right password worth as little as a wrong one. */
    private void granted(String login, Mechanism mechanism) throws IOException {
        Optional<String> tooMuch = exceeded(login);
        if (tooMuch.isPresent()) {
            hangUp(tooMuch.get());
            return;
        }
        identity.authentication().granted(login, mechanism);
        conversation.expectAuth(false);
        conversation.reply(Replies.AUTHENTICATED);
    }

    private void denied(Mechanism mechanism, String user, String why) throws IOException {
        Optional<String> tooMuch = failed(mechanism, user, why);
        if (tooMuch.isPresent()) {
            hangUp(tooMuch.get());
        } else {
            conversation.reply(Replies.AUTH_FAILED);
        }
    }

    /** Writes it down; and says where it is one too many. */
    private Optional<String> failed(Mechanism mechanism, String user, String why) {
        exchange.premises().journal().denied(identity.client(), mechanism, user, why);
        return meter().count(
                        Meter.What.AUTH_FAILURE,
                        identity.client().inet(),
                        user,
                        identity.client().trusted());
    }

    private void unavailable(Mechanism mechanism, String user, String why) throws IOException {
        exchange.premises().journal().notTold(identity.client(), mechanism, user, why);
        conversation.reply(Replies.AUTH_NOT_NOW);
    }

    private Optional<String> exceeded(String login) {
        return meter().exceeded(
                        Meter.What.AUTH_FAILURE,
                        identity.client().inet(),
                        login,
                        identity.client().trusted());
    }

    private Meter meter() {
        return exchange.premises().policy().meter();
    }

    private void hangUp(String tooMuch) throws IOException {
        Reply last = Reply.of(421, "4.7.0", "Error: " + tooMuch);
        exchange.reject("AUTH", last, "");
        conversation.hangUp(last);
    }

    /** Accounts of EXTERNAL: those that are known from outside. */
    private record Outside(List<String> known) implements Accounts {
        @Override
        public ScramKeys keys(ScramHash hash, String user) {
            throw new Bug("EXTERNAL has no keys");
        }

        @Override
        public Verdict external(String user) {
            return known.stream()
                    .filter(name -> user.isEmpty() || user.equals(name))
                    .findFirst()
                    .<Verdict>map(Verdict.Granted::new)
                    .orElseGet(() -> new Verdict.Denied("not who was proved outside"));
        }
    }
}

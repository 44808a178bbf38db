package postern.smtp;

import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import postern.base.Endpoint;
import postern.mail.Outcome;
import postern.sasl.Bounds;
import postern.sasl.ChannelBinding;
import postern.sasl.ClientExchange;
import postern.sasl.Mechanism;
import postern.sasl.ServerExchange.Channel;
import postern.wire.Reply;

/**
 * Says who we are: RFC 4954. Whatever goes wrong puts mail off, as Postfix's
 * smtp_sasl_auth_soft_bounce: a password that is changed too late must not cost a message. Any
 * task.
 */
final class SaslLogin {
    private static final int CONTINUE = 334;
    private static final int PASSED = 235;
    private static final String CANCEL = "*";

    /** Tokens tried on one connection: the one that is known, and a fresh one. */
    private static final int TOKENS_MAX = 2;

    private final SmtpConfig config;
    private final SaslMeans means;

    SaslLogin(SmtpConfig config, SaslMeans means) {
        this.config = config;
        this.means = means;
    }

    /** Why mail must wait; empty when we are in. */
    Optional<Outcome> failure(Connection connection, Credentials credentials) throws IOException {
        if (!credentials.stated()) {
            return Optional.empty();
        }
        List<String> offered = connection.extensions().mechanisms();
        String host = connection.target().text();
        if (offered.isEmpty()) {
            return Optional.of(
                    Verdicts.notAuthenticated(
                            "there are credentials, but " + host + " does not offer AUTH"));
        }
        Optional<ChannelBinding> binding = connection.binding().map(ChannelBinding::new);
        Optional<Mechanism> mechanism = choice(connection, offered, binding, credentials);
        if (mechanism.isEmpty()) {
            return Optional.of(
                    Verdicts.notAuthenticated(
                            host
                                    + " offers no mechanism that may be used"
                                    + (connection.tls().isEmpty() ? " without TLS" : "")));
        }
        Channel channel =
                new Channel(binding, offered.contains(Mechanism.SCRAM_SHA_256_PLUS.text()));
        var way = new Way(mechanism.get(), credentials.user(), channel);
        return credentials.fetched()
                ? byToken(connection, way, credentials.source())
                : converse(connection, way, credentials.secret()).failure();
    }

    /** How we say it, whatever the secret is. */
    private record Way(Mechanism mechanism, String user, Channel channel) {}

    /**
     * How an exchange ended.
     *
     * @param failure empty: we are in
     * @param refused whether the host does not take the secret
     */
    private record Ended(Optional<Outcome> failure, boolean refused) {
        static Ended failed(Outcome why) {
            return new Ended(Optional.of(why), false);
        }
    }

    /** A token may have been withdrawn before its time: then another one is tried, once. */
    private Optional<Outcome> byToken(Connection connection, Way way, String source)
            throws IOException {
        String refused = "";
        Optional<Outcome> failure = Optional.empty();
        for (int i = 0; i < TOKENS_MAX; i++) {
            switch (means.tokens().get(source, refused)) {
                case BearerTokens.Given.Unavailable(String why) -> {
                    return failure.isPresent()
                            ? failure // what the host said tells more
                            : Optional.of(
                                    Verdicts.notAuthenticated(
                                            "no access token of [oauth." + source + "]: " + why));
                }
                case BearerTokens.Given.Token(String token) -> {
                    Ended ended = converse(connection, way, token);
                    if (!ended.refused()) {
                        return ended.failure();
                    }
                    refused = token;
                    failure = ended.failure();
                }
            }
        }
        return failure;
    }

    private Optional<Mechanism> choice(
            Connection connection,
            List<String> offered,
            Optional<ChannelBinding> binding,
            Credentials credentials) {
        boolean safe =
                !connection.tls().isEmpty()
                        || means.inClear()
                        || connection.target().endpoint() instanceof Endpoint.Local;
        return mechanisms(credentials).stream()
                .filter(each -> offered.contains(each.text()))
                .filter(each -> safe || !each.secretOnTheWire())
                .filter(each -> each != Mechanism.SCRAM_SHA_256_PLUS || binding.isPresent())
                .filter(
                        each ->
                                each == Mechanism.EXTERNAL
                                        || credentials.fetched()
                                        || !credentials.secret().isEmpty())
                .findFirst();
    }

    /** A token is shown as such alone, by whichever of its mechanisms the operator left. */
    private List<Mechanism> mechanisms(Credentials credentials) {
        if (!credentials.fetched()) {
            return means.mechanisms();
        }
        List<Mechanism> named = means.mechanisms().stream().filter(Mechanism::bearer).toList();
        return named.isEmpty() ? List.of(Mechanism.OAUTHBEARER, Mechanism.XOAUTH2) : named;
    }

    private Ended converse(Connection connection, Way way, String secret) throws IOException {
        ClientExchange exchange =
                ClientExchange.of(way.mechanism, way.user, secret, way.channel, means.secrets());
        String host = connection.target().text();
        String begin = "AUTH " + exchange.mechanism().text();
        Optional<String> initial = exchange.initial().map(SaslLogin::base64);
        boolean fits =
                initial.isPresent() // RFC 4954 §4: what is longer waits to be asked for
                        && begin.length() + initial.get().length() + 3 <= Bounds.LINE_OCTETS_MAX;
        Reply reply = ask(connection, fits ? begin + " " + written(initial.get()) : begin);
        boolean owed = initial.isPresent() && !fits;
        for (int i = 0; i < Bounds.STEPS_MAX && reply.code() == CONTINUE; i++) {
            if (owed) {
                owed = false;
                reply = ask(connection, initial.get());
                continue;
            }
            Optional<byte[]> challenge = octets(reply.text());
            ClientExchange.Step step =
                    challenge.isPresent()
                            ? exchange.step(challenge.get())
                            : new ClientExchange.Step.Cancel("a challenge that is not base64");
            switch (step) {
                case ClientExchange.Step.Response(byte[] octets) ->
                        reply = ask(connection, base64(octets));
                case ClientExchange.Step.Cancel(String why) -> {
                    Reply _ = ask(connection, CANCEL);
                    return Ended.failed(
                            Verdicts.notAuthenticated(
                                    exchange.mechanism().text() + " with " + host + ": " + why));
                }
            }
        }
        if (reply.code() == PASSED) {
            return exchange.satisfied()
                    ? new Ended(Optional.empty(), false)
                    : Ended.failed(
                            Verdicts.notAuthenticated(host + " did not prove that it knows us"));
        }
        return new Ended(
                Optional.of(Verdicts.authenticationFailed(connection.target(), reply)),
                reply.permanentFailure());
    }

    private Reply ask(Connection connection, String line) throws IOException {
        return connection.ask(Step.AUTH, line, config.timeouts().ehlo());
    }

    private static String written(String base64) {
        return base64.isEmpty() ? "=" : base64; // RFC 4954 §4
    }

    private static String base64(byte[] octets) {
        return Base64.getEncoder().encodeToString(octets);
    }

    private static Optional<byte[]> octets(String base64) {
        try {
            return Optional.of(Base64.getDecoder().decode(base64.strip()));
        } catch (IllegalArgumentException noBase64) {
            return Optional.empty();
        }
    }
}

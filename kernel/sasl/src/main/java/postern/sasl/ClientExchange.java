package postern.sasl;

import java.util.Optional;
import java.util.random.RandomGenerator;

/** One exchange, on the client's side. One thread only. */
public sealed interface ClientExchange
        permits OneMessageClient, LoginClient, ScramClient, BearerClient {

    /** What the server's challenge leads to. */
    sealed interface Step {
        record Response(byte[] octets) implements Step {}

        /**
         * The exchange is to be cancelled.
         *
         * @param why fit for a log: no secret
         */
        record Cancel(String why) implements Step {}
    }

    Mechanism mechanism();

    /** What goes with AUTH; empty where the server speaks first. */
    Optional<byte[]> initial();

    Step step(byte[] challenge);

    /**
     * Whether the server has done its part when it says that we are in: with SCRAM it must have
     * proved that it knows us.
     */
    boolean satisfied();

    /** What the server said of a failure beyond its reply; may be empty. */
    default String complaint() {
        return "";
    }

    /**
     * Begins an exchange.
     *
     * @param user may be empty with EXTERNAL
     * @param secret the password, or the token; empty with EXTERNAL
     * @param channel what SCRAM's PLUS binds to
     * @param secrets for nonces; must not be guessed
     */
    static ClientExchange of(
            Mechanism mechanism,
            String user,
            String secret,
            ServerExchange.Channel channel,
            RandomGenerator secrets) {
        return switch (mechanism) {
            case PLAIN -> new OneMessageClient(mechanism, "\0" + user + "\0" + secret);
            case LOGIN -> new LoginClient(user, secret);
            case EXTERNAL -> new OneMessageClient(mechanism, user);
            case OAUTHBEARER, XOAUTH2 -> new BearerClient(mechanism, user, secret);
            case SCRAM_SHA_1, SCRAM_SHA_256, SCRAM_SHA_256_PLUS ->
                    new ScramClient(mechanism, user, secret, channel, ScramText.nonce(secrets));
        };
    }
}

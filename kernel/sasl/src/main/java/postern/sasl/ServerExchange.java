package postern.sasl;

import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** One exchange, on the server's side. One thread only. */
public sealed interface ServerExchange
        permits PlainServer, LoginServer, ScramServer, ExternalServer, BearerServer {

    /** What comes next. */
    sealed interface Step {
        /** This goes to the client, whose answer is the next message. */
        record Challenge(byte[] octets) implements Step {}

        /** The end. */
        record Granted(String login) implements Step {}

        /**
         * The end.
         *
         * @param user whom it was tried for; empty where that is not known
         * @param why for the log, never for the client
         */
        record Denied(String user, String why) implements Step {}

        /** The end: it cannot be told now. */
        record Unavailable(String user, String why) implements Step {}

        /** The end: that was no message of the mechanism. */
        record Malformed(String why) implements Step {}
    }

    /** Whether the client speaks first; where its message did not come with AUTH, it is asked. */
    default boolean clientFirst() {
        return true;
    }

    /**
     * Whether the last challenge says that it has failed; what the client answers changes nothing.
     */
    default boolean failed() {
        return false;
    }

    /**
     * The next message of the client. Where it does not speak first, the first is empty.
     *
     * @param message at most {@link Bounds#MESSAGE_OCTETS_MAX} octets
     */
    Step step(byte[] message);

    /**
     * What a server of SCRAM knows of the channel.
     *
     * @param plus whether the client was offered a mechanism with channel binding: one that could
     *     have and says it was not offered one was lied to
     */
    record Channel(Optional<ChannelBinding> binding, boolean plus) {
        /** No TLS, or none that binds. */
        public static final Channel NONE = new Channel(Optional.empty(), false);
    }

    /**
     * Begins an exchange.
     *
     * @param secrets for nonces; must not be guessed
     */
    static ServerExchange of(
            Mechanism mechanism, Accounts accounts, Channel channel, RandomGenerator secrets) {
        return switch (mechanism) {
            case PLAIN -> new PlainServer(accounts);
            case LOGIN -> new LoginServer(accounts);
            case EXTERNAL -> new ExternalServer(accounts);
            case OAUTHBEARER, XOAUTH2 ->
                    new BearerServer(accounts, mechanism == Mechanism.OAUTHBEARER);
            case SCRAM_SHA_1 -> scram(ScramHash.SHA_1, null, accounts, channel, secrets);
            case SCRAM_SHA_256 -> scram(ScramHash.SHA_256, null, accounts, channel, secrets);
            case SCRAM_SHA_256_PLUS ->
                    scram(
                            ScramHash.SHA_256,
                            channel.binding().orElse(new ChannelBinding(new byte[0])),
                            accounts,
                            channel,
                            secrets);
        };
    }

    private static ServerExchange scram(
            ScramHash hash,
            @Nullable ChannelBinding binding,
            Accounts accounts,
            Channel channel,
            RandomGenerator secrets) {
        return new ScramServer(hash, binding, channel.plus(), accounts, ScramText.nonce(secrets));
    }
}

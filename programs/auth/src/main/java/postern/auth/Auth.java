package postern.auth;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import postern.auth.TokenConfig.Source;
import postern.base.Listener;
import postern.base.World;
import postern.http.HttpsClient;
import postern.http.HttpsUrl;
import postern.sasl.Mechanism;
import postern.sasl.ServerExchange;
import postern.sasl.ServerExchange.Channel;
import postern.sasl.dovecot.AuthServer;
import postern.sasl.password.PasswordFile;
import postern.sasl.password.Scheme;

/** The service: passwords and tokens behind the protocol. Any thread. */
public final class Auth {
    private final AuthConfig config;
    private final RandomGenerator secrets;
    private final Optional<PasswordStore> store;
    private final Verifier verifier;
    private final AuthServer server;

    /**
     * @param web asks the issuer of tokens, where one is asked
     * @param secrets for nonces; must not be guessed
     */
    public Auth(World world, AuthConfig config, HttpsClient web, RandomGenerator secrets) {
        this.config = config;
        this.secrets = secrets;
        this.store = config.passwords().map(path -> new PasswordStore(world, path));
        Optional<TokenCheck> tokens = config.tokens().map(each -> tokens(world, each, web));
        this.verifier = new Verifier(world, store, tokens, config, secrets);
        this.server = new AuthServer(world, new Behind(), secrets);
    }

    private static TokenCheck tokens(World world, TokenConfig config, HttpsClient web) {
        Duration timeout = config.timeout();
        return switch (config.source()) {
            case Source.KeyFile(Path file) ->
                    new SignedTokens(KeySource.file(world, file), config.rules(), world.clock());
            case Source.KeyUrl(HttpsUrl url, Duration keep) ->
                    new SignedTokens(
                            new FetchedKeys(world, web, url, keep, timeout),
                            config.rules(),
                            world.clock());
            case Source.Asked(TokenConfig.Endpoint endpoint, Duration keep) ->
                    new Introspection(world, web, endpoint, config.rules(), keep, timeout);
        };
    }

    /** Serves until the listener is closed. */
    public void serve(Listener listener) {
        server.serve(listener);
    }

    private final class Behind implements AuthServer.Service {
        /** SCRAM where everybody's password is kept for it: who tries it must not be misled. */
        @Override
        public List<Mechanism> mechanisms() {
            Set<Scheme> common =
                    store.flatMap(PasswordStore::file).map(PasswordFile::common).orElse(Set.of());
            List<Mechanism> usable = new ArrayList<>();
            for (Mechanism each : config.mechanisms()) {
                boolean can =
                        switch (each) {
                            case PLAIN, LOGIN -> store.isPresent();
                            case SCRAM_SHA_256, SCRAM_SHA_256_PLUS ->
                                    common.contains(Scheme.SCRAM_SHA_256);
                            case SCRAM_SHA_1 -> common.contains(Scheme.SCRAM_SHA_1);
                            case OAUTHBEARER, XOAUTH2 -> config.tokens().isPresent();
                            case EXTERNAL -> false;
                        };
                if (can) {
                    usable.add(each);
                }
            }
            return usable;
        }

        @Override
        public ServerExchange begin(Mechanism mechanism, Channel channel) {
            return ServerExchange.of(mechanism, verifier, channel, secrets);
        }

        @Override
        public Duration denialDelay() {
            return config.denialDelay();
        }
    }
}

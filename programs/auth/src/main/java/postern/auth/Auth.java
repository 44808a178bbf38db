package postern.auth;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import postern.base.Listener;
import postern.base.World;
import postern.sasl.Mechanism;
import postern.sasl.ServerExchange;
import postern.sasl.ServerExchange.Channel;
import postern.sasl.dovecot.AuthServer;
import postern.sasl.password.PasswordFile;
import postern.sasl.password.Scheme;

/** The service: a password file behind the protocol. Any thread. */
public final class Auth {
    private final AuthConfig config;
    private final RandomGenerator secrets;
    private final PasswordStore store;
    private final Verifier verifier;
    private final AuthServer server;

    /**
     * @param secrets for nonces; must not be guessed
     */
    public Auth(World world, AuthConfig config, Path passwords, RandomGenerator secrets) {
        this.config = config;
        this.secrets = secrets;
        this.store = new PasswordStore(world, passwords);
        this.verifier = new Verifier(world, store, config, secrets);
        this.server = new AuthServer(world, new Behind(), secrets);
    }

    /** Serves until the listener is closed. */
    public void serve(Listener listener) {
        server.serve(listener);
    }

    private final class Behind implements AuthServer.Service {
        /** SCRAM where everybody's password is kept for it: who tries it must not be misled. */
        @Override
        public List<Mechanism> mechanisms() {
            Set<Scheme> common = store.file().map(PasswordFile::common).orElse(Set.of());
            List<Mechanism> usable = new ArrayList<>();
            for (Mechanism each : config.mechanisms()) {
                boolean can =
                        switch (each) {
                            case PLAIN, LOGIN -> true;
                            case SCRAM_SHA_256, SCRAM_SHA_256_PLUS ->
                                    common.contains(Scheme.SCRAM_SHA_256);
                            case SCRAM_SHA_1 -> common.contains(Scheme.SCRAM_SHA_1);
                            case EXTERNAL, OAUTHBEARER, XOAUTH2 -> false;
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

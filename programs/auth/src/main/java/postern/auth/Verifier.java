package postern.auth;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import postern.base.Mailbox;
import postern.base.World;
import postern.sasl.Accounts;
import postern.sasl.ScramHash;
import postern.sasl.ScramKeys;
import postern.sasl.password.PasswordFile;
import postern.sasl.password.PasswordFile.Account;
import postern.sasl.password.PasswordHash;
import postern.sasl.password.Scheme;

/** Accounts by the password file. Hashes are computed a few at a time. Any thread. */
final class Verifier implements Accounts {
    private static final Duration WAIT_MAX = Duration.ofSeconds(10);
    private static final int SECRET_OCTETS = 32;

    /** What keys that are made up say, where no user has true ones. */
    private static final int ITERATIONS = 15_000;

    private final Optional<PasswordStore> store; // none where only tokens are taken
    private final Optional<TokenCheck> tokens;
    private final TokenHints hints;
    private final Mailbox<Boolean> slots; // one word in it for each hash that may be computed
    private final long hashOctets;
    private final byte[] secret = new byte[SECRET_OCTETS];

    Verifier(
            World world,
            Optional<PasswordStore> store,
            Optional<TokenCheck> tokens,
            AuthConfig config,
            RandomGenerator secrets) {
        this.store = store;
        this.tokens = tokens;
        this.hints = config.tokens().map(TokenConfig::hints).orElse(TokenHints.NONE);
        long fit = AuthConfig.MEMORY_MAX / config.hashOctets();
        int atOnce = (int) Math.min(config.hashesAtOnce(), fit);
        this.slots = world.tasks().mailbox(atOnce);
        for (int i = 0; i < atOnce; i++) {
            slots.put(true);
        }
        this.hashOctets = config.hashOctets();
        secrets.nextBytes(secret);
    }

    private Optional<PasswordFile> file() {
        return store.flatMap(PasswordStore::file);
    }

    @Override
    public Verdict password(String user, String password) {
        Optional<PasswordFile> file = file();
        if (file.isEmpty()) {
            return new Verdict.Unavailable("there is no password file");
        }
        Optional<Account> account = file.get().account(user);
        Optional<PasswordHash> hash =
                account.map(each -> each.hashes().getFirst()).or(() -> anybodys(file.get()));
        if (hash.isEmpty()) {
            return new Verdict.Denied("unknown user");
        }
        if (hash.get().memoryOctets() > hashOctets) {
            return new Verdict.Unavailable("the hash needs more memory than hash_memory");
        }
        if (slots.poll(WAIT_MAX).isEmpty()) {
            return new Verdict.Unavailable("too many passwords to be checked");
        }
        boolean right;
        try {
            right = hash.get().matches(password);
        } finally {
            slots.put(true);
        }
        if (account.isEmpty()) {
            return new Verdict.Denied("unknown user");
        }
        return right
                ? new Verdict.Granted(account.get().login())
                : new Verdict.Denied("wrong password");
    }

    /** A user who does not exist costs what one costs who does: the hash of the first. */
    private static Optional<PasswordHash> anybodys(PasswordFile file) {
        List<Account> all = file.all();
        return all.isEmpty() ? Optional.empty() : Optional.of(all.getFirst().hashes().getFirst());
    }

    @Override
    public ScramKeys keys(ScramHash hash, String user) {
        Scheme scheme = scheme(hash);
        Optional<PasswordFile> file = file();
        return file.flatMap(each -> each.account(user))
                .flatMap(account -> keys(account, scheme))
                .orElseGet(
                        () ->
                                ScramKeys.decoy(
                                        hash,
                                        user,
                                        secret,
                                        file.flatMap(each -> iterations(each, scheme, hash, user))
                                                .orElse(ITERATIONS)));
    }

    private static Scheme scheme(ScramHash hash) {
        return switch (hash) {
            case SHA_1 -> Scheme.SCRAM_SHA_1;
            case SHA_256 -> Scheme.SCRAM_SHA_256;
        };
    }

    private static Optional<ScramKeys> keys(Account account, Scheme scheme) {
        return account.in(scheme)
                .flatMap(
                        kept ->
                                kept instanceof PasswordHash.Scram(ScramKeys keys)
                                        ? Optional.of(keys)
                                        : Optional.empty());
    }

    /**
     * Those of some user, by the name that was asked for: where not all have as many, a number that
     * nobody else hears would tell that the user exists.
     */
    private Optional<Integer> iterations(
            PasswordFile file, Scheme scheme, ScramHash hash, String user) {
        List<Account> all = file.all();
        if (all.isEmpty()) {
            return Optional.empty();
        }
        byte[] draw = hash.hmac(secret, ("iterations " + user).getBytes(StandardCharsets.UTF_8));
        Account some = all.get(Math.floorMod(Arrays.hashCode(draw), all.size()));
        return keys(some, scheme).map(ScramKeys::iterations);
    }

    @Override
    public Verdict proved(String user) {
        return file().flatMap(each -> each.account(user))
                .<Verdict>map(account -> new Verdict.Granted(account.login()))
                .orElseGet(() -> new Verdict.Denied("unknown user"));
    }

    @Override
    public Verdict token(String user, String token) {
        return tokens.isPresent()
                ? tokens.get().token(user, token)
                : new Verdict.Denied("tokens are not taken");
    }

    @Override
    public TokenHints tokenHints() {
        return hints;
    }
}

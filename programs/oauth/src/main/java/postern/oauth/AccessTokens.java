package postern.oauth;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import postern.base.Bug;
import postern.base.LogLine;
import postern.base.World;
import postern.http.HttpsClient;

/** The access tokens of all sources, fetched when they are asked for. Any task. */
public final class AccessTokens {
    /** How an access token was had. */
    public sealed interface Given {
        record Token(String text) implements Given {
            /** Tells no secret. */
            @Override
            public String toString() {
                return "a token";
            }
        }

        /**
         * @param why in words for a log: no secret
         */
        record Unavailable(String why) implements Given {}
    }

    /** Before it expires: a message may be under way, and clocks differ. */
    private static final Duration MARGIN = Duration.ofMinutes(1);

    /** After a failure nobody asks for so long. */
    private static final Duration PAUSE = Duration.ofMinutes(1);

    /** After the endpoint said no: it will not change its mind by itself. */
    private static final Duration REFUSAL_PAUSE = Duration.ofMinutes(5);

    private final World world;
    private final TokenEndpoint endpoint;
    private final RefreshTokens refreshTokens;
    private final Map<String, Source> sources = new HashMap<>();

    /** One of them; the lock guards it and is never held while waiting. */
    private static final class Source {
        final OAuthConfig config;
        final Object lock = new Object();
        @Nullable Kept kept;
        @Nullable Failure failure;
        @Nullable CompletableFuture<Given> underWay;

        Source(OAuthConfig config) {
            this.config = config;
        }
    }

    /** Times are nanoTime. */
    private record Kept(Given.Token token, long since, long freshUntil, long until) {}

    private record Failure(String why, long until) {}

    /**
     * @param folder for refresh tokens alone
     */
    public AccessTokens(World world, HttpsClient client, List<OAuthConfig> configs, Path folder) {
        this.world = world;
        this.endpoint = new TokenEndpoint(client);
        this.refreshTokens = new RefreshTokens(world, folder);
        configs.forEach(config -> sources.put(config.name(), new Source(config)));
    }

    /** One that is believed to hold. */
    public Given current(String name) {
        return given(name, "");
    }

    /**
     * Another one, once a minute at most.
     *
     * @param refused that a server did not take
     */
    public Given after(String name, Given.Token refused) {
        return given(name, refused.text());
    }

    private Given given(String name, String refused) {
        Source source = sources.get(name);
        if (source == null) {
            return new Given.Unavailable("there is no [oauth." + name + "]");
        }
        CompletableFuture<Given> mine = new CompletableFuture<>();
        CompletableFuture<Given> other;
        synchronized (source.lock) {
            Given known = known(source, refused);
            if (known != null) {
                return known;
            }
            other = source.underWay;
            if (other == null) {
                source.underWay = mine;
            }
        }
        return other == null ? fetch(source, mine) : await(other);
    }

    /** What can be said without asking; the caller holds the lock. */
    private @Nullable Given known(Source source, String refused) {
        long now = world.clock().nanoTime();
        Kept kept = source.kept;
        if (kept != null && kept.token.text().equals(refused)) {
            if (now - kept.since < PAUSE.toNanos()) {
                return new Given.Unavailable("a token fetched just now is refused");
            }
            source.kept = null;
            kept = null;
        }
        if (kept != null && now - kept.freshUntil < 0) {
            return kept.token;
        }
        Failure failure = source.failure;
        if (failure == null || now - failure.until >= 0) {
            return null;
        }
        return kept != null && now - kept.until < 0
                ? kept.token // it was to be replaced early, and still holds
                : new Given.Unavailable(failure.why);
    }

    private Given await(CompletableFuture<Given> other) {
        try {
            return world.tasks().await(other);
        } catch (ExecutionException broken) {
            throw new Bug("a request for a token ends with what came of it", broken);
        }
    }

    private Given fetch(Source source, CompletableFuture<Given> waiting) {
        Given given = new Given.Unavailable("internal error");
        try {
            given = settle(source, ask(source.config));
            return given;
        } finally { // who waits must not wait for ever, even for a bug
            synchronized (source.lock) {
                source.underWay = null;
            }
            waiting.complete(given);
        }
    }

    private Granted ask(OAuthConfig config) {
        try (Closeable _ = refreshTokens.turn(config.name())) {
            String secret =
                    config.clientSecret().isEmpty()
                            ? ""
                            : Secrets.read(world.disk(), config.clientSecret().get());
            if (config.refreshToken().isEmpty()) {
                return endpoint.ask(config, secret, "");
            }
            String first = Secrets.read(world.disk(), config.refreshToken().get());
            String current = refreshTokens.current(config.name(), first);
            Granted granted = endpoint.ask(config, secret, current);
            if (granted instanceof Granted.Token(_, _, String given)
                    && !given.isEmpty()
                    && !given.equals(current)) {
                keep(config.name(), first, given);
            }
            return granted;
        } catch (IOException unread) {
            return new Granted.Nothing(Secrets.words(unread), false);
        }
    }

    private void keep(String name, String first, String given) {
        try {
            refreshTokens.keep(name, first, given);
        } catch (IOException unwritable) {
            world.log()
                    .warning(
                            LogLine.about("oauth")
                                    .with("source", name)
                                    .with("error", unwritable.getMessage())
                                    .say("cannot keep the new refresh token over a restart"));
        }
    }

    private Given settle(Source source, Granted granted) {
        long now = world.clock().nanoTime();
        LogLine line = LogLine.about("oauth").with("source", source.config.name());
        switch (granted) {
            case Granted.Token(String text, Duration life, String refreshToken) -> {
                world.log()
                        .info(
                                line.with("expires_in", life.toSeconds())
                                        .with("rotated", refreshToken.isEmpty() ? "no" : "yes")
                                        .say("access token fetched"));
                var token = new Given.Token(text);
                Duration early = life.dividedBy(4);
                Duration margin = early.compareTo(MARGIN) < 0 ? early : MARGIN;
                synchronized (source.lock) {
                    source.failure = null;
                    source.kept =
                            new Kept(
                                    token,
                                    now,
                                    now + life.minus(margin).toNanos(),
                                    now + life.toNanos());
                }
                return token;
            }
            case Granted.Nothing(String why, boolean refused) -> {
                world.log().warning(line.say("no access token, mail waits: " + why));
                Duration pause = refused ? REFUSAL_PAUSE : PAUSE;
                synchronized (source.lock) {
                    source.failure = new Failure(why, now + pause.toNanos());
                    Given known = known(source, "");
                    return known == null ? new Given.Unavailable(why) : known;
                }
            }
        }
    }
}

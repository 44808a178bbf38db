package postern.auth;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import postern.base.Clock;
import postern.base.LogLine;
import postern.base.Mailbox;
import postern.base.World;
import postern.http.Exchange;
import postern.http.HttpsClient;
import postern.http.HttpsUrl;
import postern.http.Response;
import postern.sasl.jwt.TokenKeys;

/**
 * The keys that an issuer publishes by HTTPS. They are asked for by one client at a time; others
 * take what is there, or wait for the answer. Strangers choose what a token says, so they cannot
 * make us ask more often than once a minute.
 */
final class FetchedKeys implements KeySource {
    private static final String MEDIA_TYPE = "application/jwk-set+json, application/json";

    /** Not before, for a key that is not known. */
    private static final Duration ASK_AGAIN = Duration.ofMinutes(1);

    /** Not before, after a failure. */
    private static final Duration ASK_AGAIN_FAILED = Duration.ofSeconds(10);

    /** So long the old ones are taken where new ones cannot be had. */
    private static final Duration STALE_MAX = Duration.ofDays(1);

    private final World world;
    private final Clock clock;
    private final HttpsClient client;
    private final HttpsUrl url;
    private final HttpsClient.Bounds bounds;
    private final Duration keep;
    private final Mailbox<Boolean> turn; // one word in it: who has it asks
    private volatile State state;

    /**
     * @param keys null where there never were any
     * @param freshUntil when they are asked for anew
     * @param staleUntil when they are no keys any more
     * @param askAgain not before
     * @param failure of the last time; empty where it was none
     */
    private record State(
            @Nullable TokenKeys keys,
            long freshUntil,
            long staleUntil,
            long askAgain,
            String failure) {}

    /**
     * @param keep for how long they are not asked for anew
     * @param timeout of a request
     */
    FetchedKeys(World world, HttpsClient client, HttpsUrl url, Duration keep, Duration timeout) {
        this.world = world;
        this.clock = world.clock();
        this.client = client;
        this.url = url;
        this.keep = keep;
        this.bounds = new HttpsClient.Bounds(timeout, OCTETS_MAX);
        this.turn = world.tasks().mailbox(1);
        turn.put(true);
        long now = clock.nanoTime();
        this.state = new State(null, now, now, now, "");
    }

    @Override
    public Keys keys() {
        State known = state;
        return usable(known) && clock.nanoTime() - known.freshUntil < 0
                ? keys(known)
                : asked(known, usable(known));
    }

    @Override
    public Keys anew() {
        State before = state;
        Keys keys = asked(before, false);
        State after = state;
        return after.failure.isEmpty() ? keys : new Keys.Unknown(after.failure);
    }

    private boolean usable(State known) {
        return known.keys != null && clock.nanoTime() - known.staleUntil < 0;
    }

    private Keys keys(State known) {
        TokenKeys keys = known.keys;
        return keys != null && usable(known)
                ? new Keys.Known(keys)
                : new Keys.Unknown(known.failure);
    }

    /**
     * @param known what was found wanting
     * @param other whether somebody else's asking need not be waited for
     */
    private Keys asked(State known, boolean other) {
        if (clock.nanoTime() - known.askAgain < 0) {
            return keys(known);
        }
        if (turn.poll(other ? Duration.ZERO : bounds.time()).isEmpty()) {
            return other ? keys(state) : new Keys.Unknown("still asking " + url.host());
        }
        try {
            if (clock.nanoTime() - state.askAgain >= 0) { // nobody did meanwhile
                state = fetched(state);
            }
        } finally {
            turn.put(true);
        }
        return keys(state);
    }

    private State fetched(State before) {
        Exchange exchange = client.get(url, MEDIA_TYPE, bounds);
        long now = clock.nanoTime();
        String failure;
        switch (exchange) {
            case Exchange.Failed(_, String why) -> failure = why;
            case Exchange.Answered(Response response) -> {
                String text = new String(response.body(), StandardCharsets.UTF_8);
                Optional<TokenKeys> keys =
                        response.status() == 200 ? TokenKeys.jwks(text) : Optional.empty();
                if (keys.isPresent() && keys.get().size() > 0) {
                    world.log()
                            .info(
                                    LogLine.about("auth")
                                            .with("token-keys", url)
                                            .with("keys", keys.get().size()));
                    return new State(
                            keys.get(),
                            now + keep.toNanos(),
                            now + keep.plus(STALE_MAX).toNanos(),
                            now + ASK_AGAIN.toNanos(),
                            "");
                }
                failure =
                        response.status() == 200
                                ? url.host() + " serves no keys"
                                : url.host() + " answers " + response.status();
            }
        }
        String why = "keys of tokens: " + failure;
        if (!why.equals(before.failure)) {
            world.log().warning(LogLine.about("auth").say(why).with("url", url));
        }
        return new State(
                before.keys,
                before.freshUntil,
                before.staleUntil,
                now + ASK_AGAIN_FAILED.toNanos(),
                why);
    }
}

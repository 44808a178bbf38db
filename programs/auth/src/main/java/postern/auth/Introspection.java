package postern.auth;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import postern.auth.TokenRules.Judged;
import postern.base.Digest;
import postern.base.Disk;
import postern.base.JsonValue;
import postern.base.JsonValue.Members;
import postern.base.JsonValue.Truth;
import postern.base.Mailbox;
import postern.base.World;
import postern.http.Exchange;
import postern.http.Form;
import postern.http.HttpsClient;
import postern.http.HttpsUrl;
import postern.http.Response;
import postern.sasl.Accounts.Verdict;

/** Tokens that their issuer is asked about: RFC 7662. */
final class Introspection implements TokenCheck {
    /** Longest answer in octets. Origin: a token's members, of which it says no more than those. */
    private static final int ANSWER_OCTETS_MAX = 64 << 10;

    /** Requests at once: what strangers can make us ask of the issuer. */
    private static final int REQUESTS_MAX = 8;

    /** Tokens that are remembered; a login and a hash each. */
    private static final int KEPT_MAX = 10_000;

    /** Longest file of credentials, in octets. */
    private static final int FILE_OCTETS_MAX = 4096;

    private final World world;
    private final HttpsClient client;
    private final HttpsUrl url;
    private final RenewedFile<String> credentials;
    private final TokenRules rules;
    private final Duration keep;
    private final HttpsClient.Bounds bounds;
    private final Mailbox<Boolean> slots; // one word in it for each request that may be under way
    private final LinkedHashMap<String, Kept> kept =
            new LinkedHashMap<>(16, 0.75f, true); // its own lock

    /** What the issuer said is good, by the hash of the token. */
    private record Kept(Judged.Good good, long until) {}

    /**
     * @param keep for how long a token that is good is not asked about again
     * @param timeout of a request, and for a request's turn
     */
    Introspection(
            World world,
            HttpsClient client,
            TokenConfig.Endpoint endpoint,
            TokenRules rules,
            Duration keep,
            Duration timeout) {
        this.world = world;
        this.client = client;
        this.url = endpoint.url();
        this.credentials =
                new RenewedFile<>(
                        world,
                        endpoint.credentials(),
                        "credentials of introspection",
                        Introspection::credentials,
                        _ -> {});
        this.rules = rules;
        this.keep = keep;
        this.bounds = new HttpsClient.Bounds(timeout, ANSWER_OCTETS_MAX);
        this.slots = world.tasks().mailbox(REQUESTS_MAX);
        for (int i = 0; i < REQUESTS_MAX; i++) {
            slots.put(true);
        }
    }

    /** {@code client-id:secret}, as the field Authorization. */
    static String credentials(Disk disk, Path path) throws IOException {
        String line = RenewedFile.text(disk, path, FILE_OCTETS_MAX).strip();
        int colon = line.indexOf(':');
        if (colon <= 0 || colon == line.length() - 1 || line.indexOf('\n') >= 0) {
            throw new RenewedFile.Wrong("not one line client-id:secret");
        }
        return Form.basic(line.substring(0, colon), line.substring(colon + 1));
    }

    @Override
    public Verdict token(String user, String token) {
        // no token is kept as it is
        String hash = Digest.sha256(token.getBytes(StandardCharsets.UTF_8));
        Judged.Good known = known(hash);
        if (known != null) {
            return TokenRules.granted(known.login(), user);
        }
        Optional<String> ours = credentials.get();
        if (ours.isEmpty()) {
            return new Verdict.Unavailable("there are no credentials of introspection");
        }
        if (slots.poll(bounds.time()).isEmpty()) {
            return new Verdict.Unavailable("too many tokens to be asked about");
        }
        Exchange exchange;
        try {
            exchange = ask(token, ours.get());
        } finally {
            slots.put(true);
        }
        return switch (exchange) {
            case Exchange.Failed(_, String why) -> new Verdict.Unavailable("introspection: " + why);
            case Exchange.Answered(Response response) -> answered(user, hash, response);
        };
    }

    private Exchange ask(String token, String ours) {
        var form = new LinkedHashMap<String, String>(); // RFC 7662 §2.1
        form.put("token", token);
        form.put("token_type_hint", "access_token");
        return client.postForm(url, ours, form, bounds);
    }

    /** RFC 7662 §2.2, §2.3. */
    private Verdict answered(String user, String hash, Response response) {
        if (response.status() != 200) {
            return new Verdict.Unavailable(
                    "introspection: "
                            + url.host()
                            + (response.status() == 401 || response.status() == 403
                                    ? " does not take our credentials"
                                    : " answers " + response.status()));
        }
        Optional<Members> said =
                JsonValue.members(new String(response.body(), StandardCharsets.UTF_8))
                        .filter(each -> each.get("active").orElse(null) instanceof Truth);
        if (said.isEmpty()) {
            return new Verdict.Unavailable("introspection: no answer by RFC 7662");
        }
        if (!said.get().get("active").equals(Optional.of(new Truth(true)))) {
            return new Verdict.Denied("the token is not active");
        }
        return switch (rules.judge(said.get(), world.clock().now(), false)) {
            case Judged.Good good -> {
                keep(hash, good);
                yield TokenRules.granted(good.login(), user);
            }
            case Judged.Bad(String why) -> new Verdict.Denied(why);
        };
    }

    private Judged.@Nullable Good known(String hash) {
        synchronized (kept) {
            Kept found = kept.get(hash);
            if (found == null) {
                return null;
            }
            if (world.clock().nanoTime() - found.until < 0
                    && !rules.expired(found.good.expires(), world.clock().now())) {
                return found.good;
            }
            kept.remove(hash);
            return null;
        }
    }

    private void keep(String hash, Judged.Good good) {
        if (keep.isZero()) {
            return;
        }
        long until = world.clock().nanoTime() + keep.toNanos();
        synchronized (kept) {
            kept.put(hash, new Kept(good, until));
            if (kept.size() > KEPT_MAX) {
                kept.pollFirstEntry();
            }
        }
    }
}

package postern.smtpd;

import java.net.InetAddress;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import postern.base.Bug;
import postern.base.Peer;
import postern.base.World;
import postern.smtpd.triage.AddressLists.Score;
import postern.smtpd.triage.TriageConfig;
import postern.wire.Reply;

/**
 * What is found out about a client before it is greeted; until then it costs a socket. Any thread.
 */
final class Triage {
    private final World world;
    private final Policy policy;

    /** How it ended. */
    sealed interface Result {
        /**
         * A session may begin.
         *
         * @param score where it was asked for
         * @param proved whether all was found out, and it may be remembered
         */
        record Pass(Optional<Score> score, boolean proved) implements Result {}

        record SentAway(Reply reply) implements Result {}
    }

    private static final Result PASS = new Result.Pass(Optional.empty(), false);

    Triage(World world, Policy policy) {
        this.world = world;
        this.policy = policy;
    }

    /** Waits as long as is configured, and asks the lists meanwhile. */
    Result look(ListenerConfig.Kind kind, Client client, Peer peer) {
        TriageConfig config = policy.triage();
        if (kind != ListenerConfig.Kind.SMTP
                || client.trusted()
                || client.inet().isEmpty()
                || !config.looks()
                || policy.known().good(client.inet().get())) {
            return PASS;
        }
        InetAddress address = client.inet().get();
        CompletableFuture<Score> asked = new CompletableFuture<>();
        boolean scores = config.rejectScore().isPresent() && !policy.lists().isEmpty();
        if (scores) {
            world.tasks()
                    .start(
                            "lists " + client,
                            () -> {
                                Score score = Score.NONE;
                                try {
                                    score = policy.lists().score(address);
                                } finally {
                                    asked.complete(score);
                                }
                            });
        }
        if (!config.greetWait().isZero()) {
            world.clock().sleep(config.greetWait());
            if (peer.waiting()) {
                return new Result.SentAway(Replies.TOO_EARLY.reply());
            }
        }
        if (!scores) {
            return new Result.Pass(Optional.empty(), true);
        }
        Score score = awaited(asked);
        if (score.total() >= config.rejectScore().get()) {
            return new Result.SentAway(
                    Reply.of(
                            521, // RFC 7504 §3
                            "5.7.1",
                            "Client host ["
                                    + client.plainAddress()
                                    + "] blocked using "
                                    + String.join(", ", score.zones())));
        }
        return new Result.Pass(Optional.of(score), score.complete());
    }

    private Score awaited(CompletableFuture<Score> asked) {
        try {
            return world.tasks().await(asked);
        } catch (ExecutionException never) {
            throw new Bug("a score completes normally", never);
        }
    }
}

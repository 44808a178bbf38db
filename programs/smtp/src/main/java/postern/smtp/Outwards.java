package postern.smtp;

import java.io.IOException;
import java.net.InetAddress;
import java.util.function.Consumer;
import postern.base.Endpoint;
import postern.base.LogLine;
import postern.base.Peer;
import postern.base.World;
import postern.dns.HostPlan.Target;
import postern.smtp.tls.Judgement;
import postern.smtp.tls.ServerJudge;
import postern.smtp.tls.TlsMeans;
import postern.smtp.tls.TlsPolicy.Basis;
import postern.smtp.tls.TlsPolicy.Ciphers;
import postern.smtp.tls.TlsPolicy.Encrypted;
import postern.smtp.tls.TlsPolicy.Strictness;
import postern.smtp.tls.TlsResult;
import postern.smtp.tls.TlsResults;
import postern.tls.ClientTls;
import postern.tls.TlsPeer;

/** Shakes hands with hosts, has what they show judged, and tells how it went. Any task. */
final class Outwards {
    /** A connection under TLS, whoever it is to. */
    record Sealed(TlsPeer peer, Judgement judgement) {
        Connection.Seal seal() {
            return new Connection.Seal(
                    peer.protocol(), peer.cipher(), judgement, peer::channelBinding);
        }
    }

    private final World world;
    private final SmtpConfig config;
    private final ServerJudge judge;
    private final TlsResults results;
    private final ClientTls tls;
    private final Consumer<TlsPeer> witness;

    Outwards(World world, SmtpConfig config, TlsMeans means, ServerJudge judge) {
        this(world, config, means, judge, _ -> {});
    }

    /**
     * @param witness sees who it is with, after each handshake, whatever comes of it
     */
    Outwards(
            World world,
            SmtpConfig config,
            TlsMeans means,
            ServerJudge judge,
            Consumer<TlsPeer> witness) {
        this.witness = witness;
        this.world = world;
        this.config = config;
        this.judge = judge;
        this.results = means.results();
        this.tls = new ClientTls(means.credentials());
    }

    /**
     * @throws IOException the handshake failed: the connection is of no further use
     */
    Sealed seal(Connection connection, Encrypted wanted) throws IOException {
        Target target = connection.target();
        TlsPeer peer;
        try {
            peer =
                    tls.start(
                            connection.peer(),
                            new ClientTls.Proposal(
                                    target.host(),
                                    target.port(),
                                    wanted.manner().serverName(),
                                    wanted.manner().versions(),
                                    wanted.manner().ciphers() == Ciphers.HIGH),
                            config.timeouts().tls());
        } catch (IOException failed) {
            tell(
                    wanted.basis(),
                    target,
                    connection.peer(),
                    new TlsResult.Failure(
                            TlsResult.Type.VALIDATION_FAILURE,
                            "handshake: " + failed.getMessage()));
            throw failed;
        }
        witness.accept(peer);
        Judgement judgement = judge.judge(wanted.proof(), peer.certificates());
        world.log().info(line(target, peer, wanted, judgement));
        tell(
                wanted.basis(),
                target,
                peer,
                judgement instanceof Judgement.Refused(var type, String why)
                        ? new TlsResult.Failure(type, why)
                        : new TlsResult.Success());
        return new Sealed(peer, judgement);
    }

    private static LogLine line(
            Target target, TlsPeer peer, Encrypted wanted, Judgement judgement) {
        LogLine line =
                LogLine.about("tls")
                        .with("relay", target.text())
                        .with("protocol", peer.protocol())
                        .with("cipher", peer.cipher());
        if (peer.resumed()) {
            line.with("resumed", "yes");
        }
        String policy = "; policy: " + wanted.basis().reason();
        return switch (judgement) {
            case Judgement.NotAsked _ -> line.with("verified", "not-asked").say("anybody" + policy);
            case Judgement.Proven(String by) ->
                    line.with("verified", "yes").say("by " + by + policy);
            case Judgement.Refused(var type, String why) ->
                    line.with("verified", "no")
                            .with("result", type.text())
                            .say(
                                    wanted.strictness() == Strictness.REQUIRED
                                            ? why + policy
                                            : why + ", mail goes all the same" + policy);
        };
    }

    void tell(Basis basis, Target target, Peer connection, TlsResult.Ended ended) {
        tell(
                basis,
                target,
                connection.local() instanceof Endpoint.Tcp(InetAddress ours, _)
                        ? Endpoint.text(ours)
                        : "",
                ended);
    }

    /**
     * @param ours the address that the connection came from; empty where there was none
     */
    void tell(Basis basis, Target target, String ours, TlsResult.Ended ended) {
        if (results != TlsResults.UNHEARD) {
            results.ended(new TlsResult(basis, target, ours, ended));
        }
    }
}

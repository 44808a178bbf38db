package postern.cleanup;

import java.time.ZoneId;
import postern.base.World;
import postern.ipc.LmtpSession;
import postern.mail.Rewriter;
import postern.mail.Router;
import postern.spool.Spool;

/** cleanup(8): one session for each connection of the hand-over. */
public final class Cleanup {
    private final World world;
    private final CleanupConfig config;
    private final Router router;
    private final Rewriter rewriter;
    private final Spool spool;
    private final Trace trace;

    /**
     * @param zone in which dates are written
     */
    public Cleanup(
            World world,
            CleanupConfig config,
            Router router,
            Rewriter rewriter,
            Spool spool,
            ZoneId zone) {
        this.world = world;
        this.config = config;
        this.router = router;
        this.rewriter = rewriter;
        this.spool = spool;
        this.trace = new Trace(config.hostname(), zone);
    }

    public LmtpSession session() {
        return new CleanupSession(world, config, router, rewriter, spool, trace);
    }
}

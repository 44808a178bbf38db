package postern.cleanup;

import java.util.TimeZone;
import postern.base.World;
import postern.ipc.LmtpSession;
import postern.mail.Notices;
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
    private final Notices notices;
    private final Trace trace;

    /**
     * @param notices composes the notice that an address stands for several
     * @param zone in which dates are written
     */
    public Cleanup(
            World world,
            CleanupConfig config,
            Router router,
            Rewriter rewriter,
            Spool spool,
            Notices notices,
            TimeZone zone) {
        this.world = world;
        this.config = config;
        this.router = router;
        this.rewriter = rewriter;
        this.spool = spool;
        this.notices = notices;
        this.trace = new Trace(config.hostname(), zone, config.namesLogin());
    }

    public LmtpSession session() {
        return new CleanupSession(
                world,
                config,
                router,
                rewriter,
                spool,
                trace,
                () -> new ExpansionNotice(world, router, spool, notices));
    }
}

package postern.tlsrpt;

import java.io.IOException;
import java.nio.file.Path;
import postern.base.Endpoint;
import postern.base.World;
import postern.dns.Resolver;
import postern.http.HttpsClient;

/** Hears how TLS went, and tells the domains concerned once a day: RFC 8460. Any task. */
public final class TlsReports {
    private final World world;
    private final Collector collector;
    private final Dispatcher dispatcher;

    /**
     * Where things lie.
     *
     * @param folder for counts and reports alone
     * @param submission the socket on which our own users hand in mail
     */
    public record Places(Path folder, Endpoint submission) {}

    /**
     * @param hostname ours, as reports name it
     * @throws IOException the folder cannot be made
     */
    public TlsReports(
            World world,
            TlsReportConfig config,
            String hostname,
            Resolver resolver,
            HttpsClient client,
            Places places)
            throws IOException {
        this.world = world;
        var folder = new Folder(world, places.folder());
        folder.open();
        this.collector = new Collector(world, resolver, folder);
        this.dispatcher =
                new Dispatcher(
                        world,
                        config,
                        hostname,
                        resolver,
                        client,
                        new Submission(world.network(), places.submission()),
                        folder);
    }

    /** Counts and sends from now on, in tasks of its own. */
    public void start() {
        world.tasks().start("tlsrpt", collector::run);
        world.tasks().start("tlsrpt-send", dispatcher::run);
    }

    /** A session with a host has got through STARTTLS, or has not. Never waits. */
    public void tell(Session session) {
        collector.tell(session);
    }

    /** Writes down what was counted, then runs {@code done}. Does not wait. */
    public void save(Runnable done) {
        collector.save(done);
    }
}

package postern.dist;

import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import postern.base.Bug;
import postern.base.Endpoint;
import postern.base.Listener;
import postern.base.LogLine;
import postern.base.User;
import postern.base.World;
import postern.base.system.SystemNetwork;
import postern.base.system.SystemWorld;
import postern.config.Settings;
import postern.local.LocalConfig;
import postern.mailbox.Identities;
import postern.mailbox.Invoker;
import postern.master.ServiceIdentities;
import postern.os.ChildLink;
import postern.os.FileSystems;
import postern.os.Groups;
import postern.os.InheritedListeners;
import postern.os.Processes;
import postern.os.Seccomp;
import postern.os.UserDatabase;
import postern.qmgr.Authority;
import postern.spool.Spool;

/**
 * One domain as a process that master started. Its first statement installs the seccomp filter; its
 * settings, listeners and ties to master are descriptors that it inherited.
 */
final class Child {
    private static final int EXIT_DRAINED = 0;

    /** sysexits(3). */
    private static final int EX_IOERR = 74;

    private static final int FOR_OTHERS = 077;

    private static final int EX_CONFIG = 78;

    /** From ready until what the start left behind is collected: the first clients come first. */
    private static final Duration SETTLED = Duration.ofSeconds(1);

    private final Powers powers;
    private final Handed handed;
    private final Settings settings;
    private final Site site;
    private final World world;
    private final Map<String, Listener> listeners;

    private Child(
            Powers powers, Handed handed, Site site, World world, Map<String, Listener> listeners) {
        this.powers = powers;
        this.handed = handed;
        this.settings = handed.settings();
        this.site = site;
        this.world = world;
        this.listeners = listeners;
    }

    /**
     * Runs until master ends us.
     *
     * @param arguments the domain, its {@link Standing}, our host name, then {@code --listener
     *     NAME=DESCRIPTOR} for each listener
     */
    static void run(List<String> arguments) throws IOException {
        Standing standing = Standing.parse(arguments.get(1));
        Powers powers = Powers.of(arguments.get(0));
        String seccomp = Seccomp.install(powers.system(standing));
        if (powers == Powers.LOCAL) {
            Processes.umask(FOR_OTHERS); // of commands; our own files state their permissions
        }
        ChildLink link = ChildLink.open();
        Handed handed = Handed.decode(link.settingsText());
        Settings settings = handed.settings();
        Site site = Site.read(settings, arguments.get(2));
        World world = SystemWorld.create(powers.domain(), FileSystems::usableFiles);
        Map<String, Listener> listeners = new HashMap<>();
        for (String argument : arguments.subList(3, arguments.size())) {
            int equals = argument.indexOf('=');
            if (equals > 0) {
                String name = argument.substring(0, equals);
                int descriptor = Integer.parseInt(argument.substring(equals + 1));
                listeners.put(name, inherited(world, site, powers, settings, name, descriptor));
            }
        }
        Running running;
        try {
            running = new Child(powers, handed, site, world, listeners).start(standing.root());
        } catch (IOException failed) { // master tries again, with back-off; this says why
            world.log().error(LogLine.about(powers.domain()).with("cannot-start", failed));
            boolean other = failed instanceof Spool.NewerFormat; // no try heals that
            Runtime.getRuntime().halt(other ? EX_CONFIG : EX_IOERR);
            return;
        }
        Runnable ended = () -> Runtime.getRuntime().halt(EXIT_DRAINED);
        link.onRetire(() -> running.retire(ended));
        link.onDrain(() -> running.drain(ended));
        link.ready(seccomp);
        world.log().info(LogLine.about(powers.domain()).with("ready", seccomp));
        world.clock().sleep(SETTLED);
        System.gc(); // the young generation gets its full size here: see Jvm
        waitForEver();
    }

    private static void waitForEver() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException interrupted) {
            throw new Bug("nobody interrupts", interrupted);
        }
    }

    private static Listener inherited(
            World world, Site site, Powers powers, Settings settings, String name, int descriptor)
            throws IOException {
        Endpoint at = Listeners.endpoint(site, settings, name);
        ServerSocketChannel channel =
                descriptor == 0
                        ? InheritedListeners.first()
                        : at instanceof Endpoint.Tcp
                                ? InheritedListeners.tcp(descriptor)
                                : InheritedListeners.unix(descriptor, powers.scratch(site));
        if (world.network() instanceof SystemNetwork network) {
            return network.inherited(channel, at);
        }
        throw new Bug("a child lives in the real world");
    }

    private Running start(boolean root) throws IOException {
        Path scratch = powers.scratch(site);
        return switch (powers) {
            case FRONT -> FrontDomain.start(world, site, handed, scratch, listeners);
            case QUEUE ->
                    QueueDomain.start(
                            world,
                            site,
                            settings,
                            users(),
                            authority(root),
                            listener(Listeners.HANDOVER),
                            listener(Listeners.CONTROL));
            case OUT ->
                    OutDomain.start(
                            world,
                            site,
                            settings,
                            scratch,
                            Certificates.outward(handed.secrets()),
                            listeners);
            case AUTH -> AuthDomain.start(world, settings, listener(Listeners.AUTH));
            case LOCAL ->
                    LocalDomain.start(
                            world,
                            site,
                            settings,
                            users(),
                            identities(root),
                            unprivileged(root),
                            scratch,
                            listeners);
            case LOOKUP -> LookupDomain.start(world, handed, listeners);
        };
    }

    private Listener listener(String name) {
        Listener listener = listeners.get(name);
        if (listener == null) {
            throw new Bug("master hands down the listener " + name);
        }
        return listener;
    }

    /** Root and whoever the queue runs as. */
    private static Set<String> operators(boolean root) throws IOException {
        String ourselves = new UserDatabase().current().name();
        return root && !ourselves.equals("root") ? Set.of("root", ourselves) : Set.of(ourselves);
    }

    private Authority authority(boolean root) throws IOException {
        ServiceConfig service = ServiceConfig.read(settings);
        int fallback = ServiceIdentities.FALLBACK_BASE + Powers.FRONT.ordinal();
        Optional<User> front = root ? users().byName(service.user(Powers.FRONT)) : Optional.empty();
        String caller = front.map(User::name).orElse(Integer.toString(fallback));
        return new Authority(
                operators(root), user -> reader(user, service.queueReaders()), caller::equals);
    }

    /** Groups change while we run, so they are asked for each time. */
    private boolean reader(String user, String group) {
        if (group.isEmpty() || user.isEmpty()) {
            return false;
        }
        try {
            Optional<Integer> gid = Groups.byName(group);
            Optional<User> known = users().byName(user);
            return gid.isPresent()
                    && known.isPresent()
                    && Groups.of(known.get()).contains(gid.get());
        } catch (IOException unanswered) {
            world.log()
                    .warning(
                            LogLine.about("qmgr")
                                    .with("group", group)
                                    .with("error", unanswered.getMessage()));
            return false;
        }
    }

    private static UserDatabase users() {
        return new UserDatabase();
    }

    private Identities identities(boolean root) {
        return root ? new Impersonator(world.clock()) : new Invoker(world);
    }

    /** As root, the configured user, or one who owns nothing; else ourselves. */
    private User unprivileged(boolean root) throws IOException {
        if (!root) {
            return users().current();
        }
        String name = settings.get(LocalConfig.SECTION, LocalConfig.DEFAULT_USER);
        User user =
                users().byName(name)
                        .orElse(new User("nobody", 65_534, 65_534, Path.of("/nonexistent")));
        if (user.uid() == 0) {
            throw new IOException("local.default_user must not be root: " + name);
        }
        return user;
    }
}

package postern.local;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import postern.base.Endpoint;
import postern.base.User;
import postern.base.World;
import postern.ipc.AgentClient;
import postern.ipc.LmtpClient;
import postern.mail.DeliveryRequest;
import postern.mail.Outcome;
import postern.mail.Outcome.About;
import postern.mail.Outcome.Bounced;
import postern.mail.Outcome.Deferred;
import postern.mail.Outcome.Delivered;
import postern.mailbox.Commands;
import postern.mailbox.Failures;
import postern.mailbox.Identities;
import postern.mailbox.MailRoot;
import postern.mailbox.Maildir;
import postern.mailbox.Mbox;
import postern.os.OwnedFile;
import postern.table.Aliases.Target;

/** The last step of a delivery: into a mailbox, a file, a command, or to an LMTP server. */
final class UserMailbox {
    /** Connections kept to an LMTP server. Origin: Postfix, local_destination_concurrency. */
    private static final int IDLE_MAX = 20;

    /** RFC 5321 §4.5.3.2.6: ten minutes for what the final dot sets off. */
    private static final Duration LMTP_LIMIT = Duration.ofMinutes(10);

    private static final String NOWHERE = "/dev/null";

    private final LocalConfig config;
    private final World world;
    private final Identities identities;
    private final ForwardFile forwards;
    private final Maildir maildir;
    private final Mbox mbox;
    private final Commands commands;
    private final Surroundings surroundings;
    private final Optional<MailRoot> root;
    private final Map<String, AgentClient> servers = new ConcurrentHashMap<>();

    UserMailbox(LocalConfig config, Surroundings surroundings) {
        this.config = config;
        this.surroundings = surroundings;
        this.world = surroundings.world();
        this.identities = surroundings.identities();
        this.forwards = new ForwardFile(config.forwardPaths(), world.log());
        this.root =
                config.mailboxes().path().contains("{home}")
                        ? Optional.empty() // whose parent lets nobody make a home
                        : Optional.of(
                                new MailRoot(
                                        world.disk(), config.root(), config.mailboxes().mounted()));
        this.maildir = new Maildir(world, config.hostname());
        this.mbox = new Mbox(world, config.mailboxes().mboxOctets());
        this.commands = new Commands(identities, surroundings.scratch());
    }

    /** What became of a message for a user: delivered, or to be handled as the user says. */
    sealed interface Step {
        record Done(Outcome outcome) implements Step {}

        record Forward(List<Target> targets) implements Step {}
    }

    /**
     * Delivers to the user unless the user has other instructions; both in one go with the user's
     * rights.
     *
     * @param own whether the user's instructions are asked for
     */
    Step toUser(Letter letter, User user, boolean own) throws IOException {
        if (user.name().contains("/") || user.name().startsWith(".")) {
            return done(new Deferred("4.3.5", "user name is no file name", About.RECIPIENT));
        }
        boolean asked =
                own
                        && user.uid() != 0
                        && !config.forwardPaths().isEmpty()
                        && identities.speaksFor(user);
        User owner = surroundings.unprivileged(user);
        String transport = config.mailboxes().transportOf(user.name());
        String command = config.mailboxes().commandOf(user.name());
        boolean elsewhere = !transport.isEmpty() || !command.isEmpty();
        if (asked || !elsewhere) {
            @Nullable Step step = elsewhere ? null : prepared(user, owner);
            step = step == null ? inOneGo(letter, user, owner, asked, elsewhere) : step;
            if (!(step instanceof Step.Forward(List<Target> targets)) || !targets.isEmpty()) {
                return step;
            }
        }
        return done(
                transport.isEmpty()
                        ? toCommand(letter, command, owner)
                        : toServer(letter, transport));
    }

    /**
     * What only root can do: the user's part of a folder that is not theirs. Below a home nothing
     * is done as root: its owner could lead us anywhere.
     */
    private @Nullable Step prepared(User user, User owner) {
        if (root.isEmpty()) {
            return null;
        }
        try {
            root.get().check();
            String path = config.mailboxes().pathOf(user);
            if (path.endsWith("/")) {
                identities.provide(Path.of(path), owner);
            } else {
                identities.provideFile(Path.of(path), owner);
            }
            return null;
        } catch (IOException failed) {
            return done(Failures.outcome(failed));
        }
    }

    /** An empty forward when there are no instructions and the mailbox is elsewhere. */
    private Step inOneGo(Letter letter, User user, User owner, boolean asked, boolean elsewhere)
            throws IOException {
        String path = config.mailboxes().pathOf(user);
        return identities.as(
                owner,
                () -> {
                    if (asked) {
                        List<Target> targets;
                        try {
                            targets = forwards.read(user, letter.extension());
                        } catch (IOException unreadable) {
                            return done(
                                    new Deferred(
                                            "4.3.0",
                                            "cannot read instructions: " + unreadable.getMessage(),
                                            About.RECIPIENT));
                        }
                        if (!targets.isEmpty()) {
                            return new Step.Forward(targets);
                        }
                    }
                    return elsewhere ? new Step.Forward(List.of()) : done(written(letter, path));
                });
    }

    /** Into the file or Maildir that an alias or a user names, with those rights. */
    Outcome toFile(Letter letter, String path, User rights) throws IOException {
        return path.equals(NOWHERE)
                ? new Delivered("2.0.0", "delivered to file: " + NOWHERE)
                : identities.as(rights, () -> written(letter, path));
    }

    /**
     * Into the Maildir that a path with a slash at its end names, or the mbox that another names.
     * The calling thread has its owner's rights.
     */
    private Outcome written(Letter letter, String text) {
        try {
            Path path = Path.of(text);
            DeliveryRequest request = letter.request();
            if (text.endsWith("/")) {
                long quota = config.mailboxes().maildirOctets();
                maildir.deliver(path, letter.prepended(), request.content(), quota);
                return new Delivered("2.0.0", "delivered to maildir");
            }
            Optional<OwnedFile> there = OwnedFile.look(path);
            if (there.isPresent() && !there.get().regular()) {
                return new Bounced("5.2.0", "mailbox " + path + " is no plain file");
            }
            mbox.deliver(path, request.sender(), letter.prepended(), request.content());
            return new Delivered("2.0.0", "delivered to mailbox");
        } catch (IOException failed) {
            return Failures.outcome(failed);
        }
    }

    /** To a command, with those rights, in the user's home; users without one start at the root. */
    Outcome toCommand(Letter letter, String line, User rights) throws IOException {
        Path home = rights.home();
        Path directory = world.disk().exists(home) ? home : Path.of("/");
        return commands.deliver(
                rights,
                CommandLine.of(line, rights, directory, letter, config.programs()),
                letter.forCommand(world.clock().now()),
                line,
                "delivered to command: " + line);
    }

    private Outcome toServer(Letter letter, String socket) {
        DeliveryRequest request = letter.request();
        AgentClient server = servers.computeIfAbsent(socket, this::server);
        try {
            return server.deliver(
                            request.with(
                                    request.sender(),
                                    request.options(),
                                    List.of(letter.recipient()),
                                    request.content()))
                    .getFirst()
                    .outcome();
        } catch (IOException failed) {
            return new Deferred(
                    "4.4.1", "LMTP server " + socket + ": " + failed.getMessage(), About.RECIPIENT);
        }
    }

    private AgentClient server(String socket) {
        return new AgentClient(
                new LmtpClient(
                        world.network(),
                        new Endpoint.Local(Path.of(socket)),
                        config.hostname(),
                        IDLE_MAX,
                        LMTP_LIMIT));
    }

    private static Step done(Outcome outcome) {
        return new Step.Done(outcome);
    }
}

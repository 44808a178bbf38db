package postern.local;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import postern.base.Disk;
import postern.base.User;
import postern.base.Users;
import postern.config.Key;
import postern.config.Settings;
import postern.table.Aliases;
import postern.table.Aliases.Target;
import postern.table.LocalNames;

/**
 * Tells what local will do with a recipient, in the order in which it does: aliases that it expands
 * itself, the user's instructions, what the user's mail goes to. Delivers nothing.
 */
public final class LocalTrail {
    private final Settings settings;
    private final LocalConfig config;
    private final Disk disk;
    private final Users users;
    private final Aliases aliases;
    private final LocalNames names;

    public LocalTrail(
            Settings settings,
            LocalConfig config,
            Disk disk,
            Users users,
            Aliases aliases,
            LocalNames names) {
        this.settings = settings;
        this.config = config;
        this.disk = disk;
        this.users = users;
        this.aliases = aliases;
        this.names = names;
    }

    /**
     * What counts.
     *
     * @param origin where it is written
     */
    public record Step(String rule, String value, String origin) {}

    public List<Step> of(String localPart) {
        List<Step> steps = new ArrayList<>();
        for (String name : names.candidates(localPart)) {
            List<Target> targets = aliases.lookup(name);
            if (!targets.isEmpty()) {
                String all =
                        targets.stream().map(LocalTrail::text).collect(Collectors.joining(", "));
                steps.add(
                        new Step(
                                "local: alias " + name.toLowerCase(Locale.ROOT),
                                all,
                                aliases.origin(name)));
                return steps;
            }
        }
        for (String name : names.candidates(localPart)) {
            Optional<User> user;
            try {
                user = users.byName(name);
            } catch (IOException unanswered) {
                return steps; // the trail so far says so
            }
            if (user.isPresent()) {
                instructions(steps, user.get(), names.extension(localPart));
                steps.add(mailbox(user.get()));
                return steps;
            }
        }
        return steps;
    }

    private void instructions(List<Step> steps, User user, String extension) {
        if (user.uid() == 0) {
            return;
        }
        for (String template : config.forwardPaths()) {
            Optional<Path> path = ForwardFile.path(template, user, extension);
            if (path.isPresent() && disk.exists(path.get())) {
                String origin = settings.origin(LocalConfig.SECTION, LocalConfig.FORWARD_PATH);
                steps.add(
                        new Step(
                                "local: instructions of " + user.name(),
                                path.get().toString(),
                                origin));
                return;
            }
        }
    }

    private Step mailbox(User user) {
        LocalConfig.Mailboxes mailboxes = config.mailboxes();
        String transport = mailboxes.transportOf(user.name());
        String command = mailboxes.commandOf(user.name());
        if (!transport.isEmpty()) {
            boolean own = mailboxes.transports().containsKey(user.name());
            return step(
                    own ? LocalConfig.MAILBOX_TRANSPORTS : LocalConfig.MAILBOX_TRANSPORT,
                    transport);
        }
        if (!command.isEmpty()) {
            boolean own = mailboxes.commands().containsKey(user.name());
            return step(own ? LocalConfig.MAILBOX_COMMANDS : LocalConfig.MAILBOX_COMMAND, command);
        }
        return step(LocalConfig.MAILBOX, mailboxes.pathOf(user));
    }

    private Step step(Key<?> key, String value) {
        return new Step("local." + key.name(), value, settings.origin(LocalConfig.SECTION, key));
    }

    private static String text(Target target) {
        return switch (target) {
            case Target.Address(String address) -> address;
            case Target.Exactly(String user) -> "\\" + user;
            case Target.File(String path) -> path;
            case Target.Command(String command) -> "|" + command;
            case Target.Include(String path) -> ":include:" + path;
        };
    }
}

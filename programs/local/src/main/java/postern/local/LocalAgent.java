package postern.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import postern.base.LogLine;
import postern.base.User;
import postern.base.Users;
import postern.base.World;
import postern.mail.Delivery;
import postern.mail.DeliveryAgent;
import postern.mail.DeliveryRequest;
import postern.mail.Mailbox;
import postern.mail.Outcome;
import postern.mail.Outcome.About;
import postern.mail.Outcome.Bounced;
import postern.mail.Outcome.Deferred;
import postern.mail.Outcome.Delivered;
import postern.mail.Recipient;
import postern.table.Aliases;
import postern.table.Aliases.Target;
import postern.table.LocalNames;

/** Delivers to users and to the files that aliases name. Any thread. */
public final class LocalAgent implements DeliveryAgent {
    private static final String RELAY = "local";

    /** Header looked through for Delivered-To, in octets. Origin: Postfix, header_size_limit. */
    private static final int HEADER_OCTETS_MAX = 102_400;

    private final World world;
    private final LocalConfig config;
    private final Users users;
    private final Aliases aliases;
    private final Identities identities;
    private final User unprivileged;
    private final Maildir maildir;
    private final Mbox mbox;

    /**
     * @param unprivileged keeps root's mail, and the files that aliases name
     */
    public LocalAgent(
            World world,
            LocalConfig config,
            Users users,
            Aliases aliases,
            Identities identities,
            User unprivileged) {
        this.world = world;
        this.config = config;
        this.users = users;
        this.aliases = aliases;
        this.identities = identities;
        this.unprivileged = unprivileged;
        this.maildir = new Maildir(world, config.hostname());
        this.mbox = new Mbox(world, config.octetsMax());
    }

    @Override
    public List<Delivery> deliver(DeliveryRequest request) {
        List<Delivery> deliveries = new ArrayList<>(request.recipients().size());
        for (Recipient recipient : request.recipients()) {
            deliveries.add(new Delivery(deliverOne(request, recipient), RELAY));
        }
        return deliveries;
    }

    private Outcome deliverOne(DeliveryRequest request, Recipient recipient) {
        Mailbox mailbox = recipient.mailbox();
        try {
            if (deliveredBefore(request, mailbox)) {
                return new Bounced("5.4.6", "mail forwarding loop for " + mailbox);
            }
            List<Target> targets = aliasOf(mailbox.localPart());
            if (!targets.isEmpty() && targets.stream().noneMatch(LocalAgent::isUser)) {
                return toTargets(request, mailbox, targets);
            }
            Optional<User> user = user(mailbox.localPart());
            if (user.isEmpty()) {
                return new Bounced("5.1.1", "unknown user: \"" + mailbox.localPart() + "\"");
            }
            return toUser(request, mailbox, user.get());
        } catch (IOException failed) {
            world.log()
                    .info(
                            LogLine.about(request.id().text())
                                    .with("to", mailbox)
                                    .with("failed", failed));
            return explained(failed);
        }
    }

    private static boolean isUser(Target target) {
        return switch (target) {
            case Target.Address _, Target.Exactly _ -> true;
            case Target.File _, Target.Command _, Target.Include _ -> false;
        };
    }

    /**
     * Maildirs and mboxes say what went wrong; none of it is the recipient's or the sender's fault:
     * it is tried again.
     */
    private static Outcome explained(IOException failed) {
        String why = String.valueOf(failed.getMessage());
        String lower = why.toLowerCase(Locale.ROOT);
        if (lower.contains("quota") || failed instanceof Mbox.TooLarge) {
            return new Deferred("4.2.2", "mailbox is full: " + why, About.RECIPIENT);
        }
        if (lower.contains("no space left")) {
            return new Deferred("4.3.1", "file system is full: " + why, About.RECIPIENT);
        }
        if (failed instanceof AccessDeniedException) {
            return new Deferred("4.2.0", "mailbox is not accessible: " + why, About.RECIPIENT);
        }
        if (failed instanceof Mbox.Locked) {
            return new Deferred("4.2.0", why, About.RECIPIENT);
        }
        return new Deferred("4.3.0", "cannot deliver: " + why, About.RECIPIENT);
    }

    private List<Target> aliasOf(String localPart) {
        for (String name : LocalNames.candidates(localPart)) {
            List<Target> targets = aliases.lookup(name);
            if (!targets.isEmpty()) {
                return targets;
            }
        }
        return List.of();
    }

    private Optional<User> user(String localPart) throws IOException {
        for (String name : LocalNames.candidates(localPart)) {
            Optional<User> user = users.byName(name);
            if (user.isPresent()) {
                return user;
            }
        }
        return Optional.empty();
    }

    private Outcome toUser(DeliveryRequest request, Mailbox mailbox, User user) throws IOException {
        String text =
                config.mailbox()
                        .replace("{user}", user.name())
                        .replace("{home}", user.home().toString());
        if (user.name().contains("/") || user.name().startsWith(".")) {
            return new Deferred("4.3.5", "user name is no file name", About.RECIPIENT);
        }
        User owner = user.uid() == 0 ? unprivileged : user;
        return toPath(request, prepended(request, mailbox), text, owner);
    }

    /**
     * Into the Maildir that a path with a slash at its end names, or the mbox that another names.
     */
    private Outcome toPath(DeliveryRequest request, byte[] prepended, String text, User owner)
            throws IOException {
        Path path = Path.of(text);
        if (!text.endsWith("/")) {
            return toMbox(request, prepended, path, owner);
        }
        identities.provide(path, owner);
        identities.as(
                owner,
                () -> {
                    maildir.deliver(path, prepended, request.content());
                    return path;
                });
        return new Delivered("2.0.0", "delivered to maildir");
    }

    private Outcome toMbox(DeliveryRequest request, byte[] prepended, Path path, User owner)
            throws IOException {
        identities.as(
                owner,
                () -> {
                    mbox.deliver(path, request.sender(), prepended, request.content());
                    return path;
                });
        return new Delivered("2.0.0", "delivered to mailbox");
    }

    /**
     * The part of an alias that addresses do not cover: those were expanded when the message was
     * taken.
     */
    private Outcome toTargets(DeliveryRequest request, Mailbox mailbox, List<Target> targets)
            throws IOException {
        byte[] prepended = prepended(request, mailbox);
        @Nullable Outcome last = null;
        for (Target target : targets) {
            switch (target) {
                case Target.File(String path) ->
                        last = toPath(request, prepended, path, unprivileged);
                case Target.Command _ ->
                        last =
                                new Deferred(
                                        "4.3.5",
                                        "alias names a command: not supported by this release",
                                        About.RECIPIENT);
                case Target.Include(String path) ->
                        last =
                                new Deferred(
                                        "4.3.5",
                                        "alias includes " + path + ", which could not be read",
                                        About.RECIPIENT);
                case Target.Address _, Target.Exactly _ -> {}
            }
            if (last instanceof Deferred) {
                return last;
            }
        }
        return last == null ? new Bounced("5.1.1", "alias without targets") : last;
    }

    private static byte[] prepended(DeliveryRequest request, Mailbox mailbox) {
        String fields =
                "Return-Path: <" + request.sender() + ">\n" + "Delivered-To: " + mailbox + "\n";
        return fields.getBytes(StandardCharsets.UTF_8);
    }

    /** Whether the header says that the message was delivered to this mailbox already. */
    private static boolean deliveredBefore(DeliveryRequest request, Mailbox mailbox)
            throws IOException {
        int length = (int) Math.min(HEADER_OCTETS_MAX, request.content().octets());
        byte[] start = new byte[length];
        int done = 0;
        while (done < length) {
            int n = request.content().read(done, start, done, length - done);
            if (n < 0) {
                break;
            }
            done += n;
        }
        String header = new String(start, 0, done, StandardCharsets.UTF_8);
        int end = header.indexOf("\r\n\r\n");
        String wanted = mailbox.toString();
        for (String line : (end < 0 ? header : header.substring(0, end)).split("\r\n", -1)) {
            if (line.regionMatches(true, 0, "Delivered-To:", 0, "Delivered-To:".length())
                    && line.substring("Delivered-To:".length()).strip().equalsIgnoreCase(wanted)) {
                return true;
            }
        }
        return false;
    }
}

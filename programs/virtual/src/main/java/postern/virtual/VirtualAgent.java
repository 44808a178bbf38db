package postern.virtual;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import postern.base.User;
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
import postern.mailbox.DeliveredTo;
import postern.mailbox.Failures;
import postern.mailbox.Identities;
import postern.mailbox.MailRoot;
import postern.mailbox.Maildir;
import postern.mailbox.Mbox;
import postern.os.Folders;
import postern.table.AddressSearch;
import postern.table.Table.Answer;

/** Delivers into the mailbox that tables name. Any thread. */
public final class VirtualAgent implements DeliveryAgent {
    private static final String RELAY = "virtual";

    private final VirtualConfig config;
    private final Identities identities;
    private final Lookups lookups;
    private final MailRoot root;
    private final Maildir maildir;
    private final Mbox mbox;

    /** What is asked of the tables. */
    public record Lookups(AddressSearch mailboxes, AddressSearch uids, AddressSearch gids) {}

    /**
     * @param hostname our name, a part of the names of messages
     */
    public VirtualAgent(
            World world,
            VirtualConfig config,
            String hostname,
            Identities identities,
            Lookups lookups) {
        this.config = config;
        this.identities = identities;
        this.lookups = lookups;
        this.root = new MailRoot(world.disk(), config.base(), config.mounted());
        this.maildir = new Maildir(world, hostname);
        this.mbox = new Mbox(world, config.mboxOctets());
    }

    @Override
    public List<Delivery> deliver(DeliveryRequest request) {
        List<Delivery> deliveries = new ArrayList<>(request.recipients().size());
        for (Recipient recipient : request.recipients()) {
            Outcome outcome;
            try {
                outcome =
                        DeliveredTo.of(request.content()).contains(recipient.mailbox())
                                ? new Bounced(
                                        "5.4.6", "mail forwarding loop for " + recipient.mailbox())
                                : deliver(request, recipient.mailbox());
            } catch (Unanswered unanswered) {
                outcome = deferred("4.3.0", String.valueOf(unanswered.getMessage()));
            } catch (IOException failed) {
                outcome = Failures.outcome(failed);
            }
            deliveries.add(new Delivery(outcome, RELAY));
        }
        return deliveries;
    }

    private Outcome deliver(DeliveryRequest request, Mailbox mailbox)
            throws IOException, Unanswered {
        String named = value(lookups.mailboxes(), mailbox);
        if (named.isEmpty()) {
            return new Bounced("5.1.1", "unknown user: \"" + mailbox + "\"");
        }
        Path relative = Path.of(named).normalize();
        if (named.startsWith("/") || relative.startsWith("..") || relative.toString().isEmpty()) {
            return deferred("4.3.5", "mailbox path leads out of " + config.base() + ": " + named);
        }
        int uid = number(lookups.uids(), mailbox, config.uid());
        int gid = number(lookups.gids(), mailbox, config.gid());
        if (uid < config.uidMin() || gid <= 0) {
            return deferred("4.3.5", "mailbox owner " + uid + ":" + gid + " is below the minimum");
        }
        root.check();
        String name = uid + ":" + gid;
        return identities.as(
                new User(name, uid, gid, config.base()),
                () -> written(request, mailbox, relative, named.endsWith("/")));
    }

    /** With the owner's rights. */
    private Outcome written(
            DeliveryRequest request, Mailbox mailbox, Path relative, boolean isMaildir) {
        try {
            Path path = config.base().resolve(relative);
            byte[] fields =
                    ("Return-Path: <" + request.sender() + ">\nDelivered-To: " + mailbox + "\n")
                            .getBytes(StandardCharsets.UTF_8);
            if (isMaildir) {
                Folders.beneath( // what leads there is looked at with each of them
                        config.base(),
                        List.of(
                                relative.resolve("tmp"),
                                relative.resolve("new"),
                                relative.resolve("cur")));
                maildir.deliver(path, fields, request.content(), config.maildirOctets());
                return new Delivered("2.0.0", "delivered to maildir");
            }
            Folders.beneath(config.base(), List.of(relative));
            mbox.deliver(path, request.sender(), fields, request.content());
            return new Delivered("2.0.0", "delivered to mailbox");
        } catch (IOException failed) {
            return Failures.outcome(failed);
        }
    }

    private static int number(AddressSearch tables, Mailbox mailbox, int byDefault)
            throws Unanswered {
        String text = value(tables, mailbox);
        try {
            return text.isEmpty() ? byDefault : Integer.parseInt(text);
        } catch (NumberFormatException none) {
            throw new Unanswered("no number of a user or group: " + text);
        }
    }

    /** Empty when there is none. */
    private static String value(AddressSearch tables, Mailbox mailbox) throws Unanswered {
        AddressSearch.Hit hit = tables.find(mailbox);
        if (hit == null) {
            return "";
        }
        return switch (hit.answer()) {
            case Answer.Found found -> found.value().strip();
            case Answer.Absent _ -> "";
            case Answer.TemporaryFailure(String reason) -> throw new Unanswered(reason);
        };
    }

    private static Outcome deferred(String status, String why) {
        return new Deferred(status, why, About.RECIPIENT);
    }

    /** A table does not know now. Steers inside this class only. */
    private static final class Unanswered extends Exception {
        private static final long serialVersionUID = 1;

        Unanswered(String why) {
            super(why, null, false, false);
        }
    }
}

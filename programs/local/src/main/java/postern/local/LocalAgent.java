package postern.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import postern.base.LogLine;
import postern.base.User;
import postern.local.LocalConfig.Source;
import postern.local.UserMailbox.Step;
import postern.mail.AddressParser;
import postern.mail.AddressParser.Parsed;
import postern.mail.Delivery;
import postern.mail.DeliveryAgent;
import postern.mail.DeliveryRequest;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Outcome;
import postern.mail.Outcome.About;
import postern.mail.Outcome.Bounced;
import postern.mail.Outcome.Deferred;
import postern.mail.Outcome.Delivered;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.mailbox.DeliveredTo;
import postern.mailbox.Failures;
import postern.table.Aliases.Target;
import postern.table.LocalNames;
import postern.wire.Reply;

/** Delivers to users, and to what aliases and users' own instructions name. Any thread. */
public final class LocalAgent implements DeliveryAgent {
    private static final String RELAY = "local";

    private final LocalNames names;
    private final LocalConfig config;
    private final Surroundings surroundings;
    private final UserMailbox mailboxes;
    private final Checkpoints checkpoints;

    /**
     * @param names what an extension is
     */
    public LocalAgent(LocalConfig config, Surroundings surroundings, LocalNames names) {
        this.names = names;
        this.config = config;
        this.surroundings = surroundings;
        this.mailboxes = new UserMailbox(config, surroundings);
        this.checkpoints = new Checkpoints(surroundings.world().disk(), surroundings.scratch());
    }

    @Override
    public List<Delivery> deliver(DeliveryRequest request) {
        List<Delivery> deliveries = new ArrayList<>(request.recipients().size());
        try {
            DeliveredTo before = DeliveredTo.of(request.content());
            for (Recipient recipient : request.recipients()) {
                Outcome outcome = deliverOne(new Letter(request, recipient, names), before);
                deliveries.add(new Delivery(outcome, RELAY));
            }
        } catch (IOException unreadable) {
            while (deliveries.size() < request.recipients().size()) {
                deliveries.add(new Delivery(Failures.outcome(unreadable), RELAY));
            }
        }
        return deliveries;
    }

    private Outcome deliverOne(Letter letter, DeliveredTo before) {
        Mailbox mailbox = letter.mailbox();
        try {
            if (before.contains(mailbox)) {
                return new Bounced("5.4.6", "mail forwarding loop for " + mailbox);
            }
            for (String name : names.candidates(mailbox.localPart())) {
                List<Target> targets = surroundings.aliases().lookup(name);
                if (!targets.isEmpty()) {
                    return toAlias(letter, name, targets);
                }
            }
            Optional<User> user = user(mailbox.localPart());
            return user.isPresent()
                    ? toUser(letter, user.get(), true)
                    : toNobody(letter, mailbox.localPart());
        } catch (IOException failed) {
            surroundings
                    .world()
                    .log()
                    .info(
                            LogLine.about(letter.request().id().text())
                                    .with("to", mailbox)
                                    .with("failed", failed));
            return Failures.outcome(failed);
        }
    }

    private Optional<User> user(String localPart) throws IOException {
        for (String name : names.candidates(localPart)) {
            Optional<User> user = surroundings.users().byName(name);
            if (user.isPresent()) {
                return user;
            }
        }
        return Optional.empty();
    }

    private Outcome toNobody(Letter letter, String name) throws IOException {
        String fallback = config.fallback();
        if (fallback.isEmpty()) {
            return new Bounced("5.1.1", "unknown user: \"" + name + "\"");
        }
        String complete = fallback.indexOf('@') < 0 ? fallback + "@" + config.origin() : fallback;
        return AddressParser.mailbox(complete) instanceof Parsed.Address(Mailbox to, int _)
                ? toAddresses(letter, List.of(to), letter.request().sender())
                : new Deferred("4.3.5", "luser_relay is no address: " + fallback, About.RECIPIENT);
    }

    private Outcome toUser(Letter letter, User user, boolean own) throws IOException {
        return switch (mailboxes.toUser(letter, user, own)) {
            case Step.Done(Outcome outcome) -> outcome;
            case Step.Forward(List<Target> targets) ->
                    toAll(
                            letter,
                            new Expansion.Order(user.name(), targets, user, Source.FORWARD),
                            letter.request().sender());
        };
    }

    private Outcome toAlias(Letter letter, String name, List<Target> targets) throws IOException {
        String owner = "owner-" + name.toLowerCase(Locale.ROOT);
        ReversePath sender = letter.request().sender();
        if (!surroundings.aliases().lookup(owner).isEmpty()
                && sender instanceof ReversePath.Sender) { // a notice must not come back as another
            sender = ReversePath.of(new Mailbox(owner, letter.mailbox().domain()));
        }
        var order = new Expansion.Order(name, targets, surroundings.defaultUser(), Source.ALIAS);
        return toAll(letter, order, sender);
    }

    /**
     * Delivers to every destination. Where some are settled and others must wait, what is settled
     * is kept, so that it is not done again.
     */
    private Outcome toAll(Letter letter, Expansion.Order order, ReversePath sender)
            throws IOException {
        List<Destination> all = new Expansion(surroundings, config, letter, order).destinations();
        if (all.isEmpty()) {
            return new Bounced("5.1.1", "\"" + order.self() + "\" stands for nobody");
        }
        if (all.size() == 1) {
            return to(letter, all.getFirst(), sender);
        }
        Map<String, Outcome> done = checkpoints.read(letter.request().id(), letter.mailbox());
        boolean recorded = !done.isEmpty();
        for (Destination destination : all) {
            String key = Checkpoints.key(destination.name());
            if (!done.containsKey(key)) {
                done.put(key, to(letter, destination, sender));
            }
        }
        Outcome outcome = together(done.values(), all.size());
        if (outcome instanceof Deferred) {
            checkpoints.write(letter.request().id(), letter.mailbox(), done);
        } else if (recorded) {
            checkpoints.remove(letter.request().id(), letter.mailbox());
        }
        return outcome;
    }

    /** The first that waits, else the first that failed. */
    private static Outcome together(Iterable<Outcome> outcomes, int count) {
        Outcome worst = new Delivered("2.0.0", "delivered to " + count + " destinations");
        for (Outcome outcome : outcomes) {
            if (outcome instanceof Deferred) {
                return outcome;
            }
            if (outcome instanceof Bounced && worst instanceof Delivered) {
                worst = outcome;
            }
        }
        return worst;
    }

    private Outcome to(Letter letter, Destination destination, ReversePath sender) {
        try {
            return switch (destination) {
                case Destination.OfUser(User user, boolean own) -> toUser(letter, user, own);
                case Destination.File(String path, User rights, Source source) ->
                        config.files().contains(source)
                                ? mailboxes.toFile(letter, path, surroundings.unprivileged(rights))
                                : new Bounced("5.7.1", "mail to file is restricted");
                case Destination.Program(String line, User rights, Source source) ->
                        config.programs().allowed().contains(source)
                                ? mailboxes.toCommand(
                                        letter, line, surroundings.unprivileged(rights))
                                : new Bounced("5.7.1", "mail to command is restricted");
                case Destination.Addresses(List<Mailbox> addresses) ->
                        toAddresses(letter, addresses, sender);
                case Destination.Broken(String what, boolean mendable) ->
                        mendable
                                ? new Deferred("4.3.5", what, About.RECIPIENT)
                                : new Bounced("5.3.5", what);
            };
        } catch (IOException failed) {
            return Failures.outcome(failed);
        }
    }

    /** A message of its own: from here on each address is delivered, tried and returned alone. */
    private Outcome toAddresses(Letter letter, List<Mailbox> addresses, ReversePath sender) {
        boolean list = !sender.equals(letter.request().sender());
        List<Recipient> recipients = new ArrayList<>(addresses.size());
        for (Mailbox address : addresses) {
            recipients.add(list ? Recipient.of(address) : passedOn(letter, address));
        }
        MailOptions options = letter.request().options();
        MailOptions passed =
                list
                        ? new MailOptions(
                                options.body(), options.smtpUtf8(), MailOptions.Return.UNSTATED, "")
                        : options;
        try {
            List<Reply> replies =
                    surroundings
                            .resubmission()
                            .submit(sender, passed, recipients, letter.forwarded());
            for (Reply reply : replies) {
                if (!reply.positive()) {
                    return refused(reply);
                }
            }
            return new Delivered("2.0.0", "forwarded: " + replies.getFirst().text());
        } catch (IOException failed) {
            return new Deferred("4.3.0", "cannot forward: " + failed.getMessage(), About.RECIPIENT);
        }
    }

    private static Outcome refused(Reply reply) {
        String status = reply.status();
        return reply.code() >= 500
                ? new Bounced(status.startsWith("5.") ? status : "5.0.0", reply.text())
                : new Deferred(
                        status.startsWith("4.") ? status : "4.3.0", reply.text(), About.RECIPIENT);
    }

    /** RFC 3461 §5.2.7.2: the sender's wishes go along, but success is ours to tell. */
    private static Recipient passedOn(Letter letter, Mailbox address) {
        Recipient.Notify wanted = letter.recipient().wanted();
        Recipient.Notify passed =
                new Recipient.Notify(wanted.stated(), false, wanted.failure(), wanted.delay());
        String original = letter.recipient().original();
        if (original.isEmpty()) {
            original = Recipient.originalOf(letter.mailbox());
        }
        boolean fits =
                original.getBytes(StandardCharsets.UTF_8).length <= Recipient.ORIGINAL_OCTETS_MAX;
        return new Recipient(address, passed, fits ? original : "");
    }
}

package postern.pipe;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import postern.base.User;
import postern.base.Users;
import postern.base.World;
import postern.mail.AddressParser;
import postern.mail.AddressParser.Parsed;
import postern.mail.Delivery;
import postern.mail.DeliveryAgent;
import postern.mail.DeliveryRequest;
import postern.mail.Mailbox;
import postern.mail.Origin;
import postern.mail.Outcome;
import postern.mail.Outcome.About;
import postern.mail.Outcome.Bounced;
import postern.mail.Outcome.Deferred;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.mail.Xtext;
import postern.mailbox.Command;
import postern.mailbox.Commands;
import postern.mailbox.DeliveredTo;
import postern.mailbox.Failures;
import postern.mailbox.Identities;
import postern.mailbox.MessageText;

/** Runs the command of one transport. Any thread. */
public final class PipeAgent implements DeliveryAgent {
    private static final Map<String, String> ENVIRONMENT =
            Map.of("PATH", "/usr/bin:/bin", "LANG", "C.UTF-8");

    /** What stands before such an address in {@link Origin#clientAddress}. */
    private static final String IPV6 = "IPv6:";

    private final World world;
    private final PipeConfig config;
    private final Users users;
    private final Commands commands;
    private final UnaryOperator<String> bases;

    /**
     * @param scratch the folder where a message lies while a command reads it
     * @param bases takes the extension off a local part
     */
    public PipeAgent(
            World world,
            PipeConfig config,
            Users users,
            Identities identities,
            Path scratch,
            UnaryOperator<String> bases) {
        this.bases = bases;
        this.world = world;
        this.config = config;
        this.users = users;
        this.commands = new Commands(identities, scratch);
    }

    @Override
    public List<Delivery> deliver(DeliveryRequest request) {
        List<Delivery> deliveries = new ArrayList<>(request.recipients().size());
        List<Recipient> all = request.recipients();
        for (int from = 0; from < all.size(); from += config.recipients()) {
            List<Recipient> some =
                    all.subList(from, Math.min(all.size(), from + config.recipients()));
            Outcome outcome;
            try {
                outcome = run(request, some);
            } catch (IOException failed) {
                outcome = Failures.outcome(failed);
            }
            for (int i = 0; i < some.size(); i++) {
                deliveries.add(new Delivery(outcome, config.name()));
            }
        }
        return deliveries;
    }

    @Override
    public boolean asksForOrigin() {
        return config.command().stream().anyMatch(Macros::ofOrigin);
    }

    private Outcome run(DeliveryRequest request, List<Recipient> recipients) throws IOException {
        if (config.octetsMax() > 0 && request.content().octets() > config.octetsMax()) {
            return new Bounced(
                    "5.3.4",
                    "message size "
                            + request.content().octets()
                            + " exceeds size limit "
                            + config.octetsMax()
                            + " of "
                            + config.name());
        }
        if (config.has(PipeFlag.DELIVERED_TO)
                && DeliveredTo.of(request.content()).contains(recipients.getFirst().mailbox())) {
            return new Bounced(
                    "5.4.6", "mail forwarding loop for " + recipients.getFirst().mailbox());
        }
        Optional<User> user = users.byName(config.user());
        if (user.isEmpty() || user.get().uid() == 0) {
            String why = user.isEmpty() ? "does not exist" : "is root";
            return new Deferred(
                    "4.3.5",
                    "pipe." + config.name() + ".user: \"" + config.user() + "\" " + why,
                    About.DESTINATION);
        }
        List<String> words = new ArrayList<>();
        boolean looksLikeOption = false;
        for (String word : config.command()) {
            List<Recipient> each = Macros.ofRecipient(word) ? recipients : recipients.subList(0, 1);
            for (Recipient recipient : each) {
                String expanded = expanded(word, request, recipient);
                looksLikeOption |= expanded.startsWith("-") && !word.startsWith("-");
                words.add(expanded);
            }
        }
        if (looksLikeOption) {
            return new Bounced("5.1.3", "an address that looks like an option is not passed on");
        }
        return commands.deliver(
                user.get(),
                new Command(
                        words,
                        ENVIRONMENT,
                        config.directory(),
                        config.limit(),
                        config.outputOctets()),
                text(request, recipients.getFirst()),
                config.command().getFirst(),
                "delivered via " + config.name() + " service");
    }

    private MessageText text(DeliveryRequest request, Recipient recipient) {
        var fields = new ByteArrayOutputStream();
        if (config.has(PipeFlag.FROM_LINE)) {
            fields.writeBytes(MessageText.fromLine(request.sender(), world.clock().now()));
        }
        if (config.has(PipeFlag.RETURN_PATH)) {
            field(fields, "Return-Path: <" + request.sender() + ">");
        }
        if (config.has(PipeFlag.ORIGINAL_TO)) {
            field(fields, "X-Original-To: " + original(recipient));
        }
        if (config.has(PipeFlag.DELIVERED_TO)) {
            field(fields, "Delivered-To: " + recipient.mailbox());
        }
        return new MessageText(
                fields.toByteArray(),
                request.content(),
                new MessageText.Form(
                        config.has(PipeFlag.FROM_QUOTED),
                        config.has(PipeFlag.DOTS),
                        config.has(PipeFlag.EMPTY_LINE),
                        false));
    }

    private static void field(ByteArrayOutputStream into, String line) {
        into.writeBytes((line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static String original(Recipient recipient) {
        return recipient.originalAddress().orElseGet(() -> recipient.mailbox().toString());
    }

    private String expanded(String word, DeliveryRequest request, Recipient recipient) {
        return Macros.expand(word, name -> value(name, request, recipient));
    }

    private String value(String name, DeliveryRequest request, Recipient recipient) {
        Mailbox mailbox = recipient.mailbox();
        String localPart = user(mailbox.localPart());
        String base = bases.apply(localPart);
        return switch (name) {
            case "sender" -> sender(request);
            case "recipient" -> address(mailbox);
            case "original_recipient" -> named(recipient);
            case "mailbox" -> localPart;
            case "user" -> base;
            case "extension" ->
                    base.length() < localPart.length()
                            ? localPart.substring(base.length() + 1)
                            : "";
            case "domain" -> host(mailbox.domain().text());
            case "nexthop" -> host(request.nextHop());
            case "size" -> Long.toString(request.content().octets());
            case "queue_id" -> request.id().text();
            case "envid" -> Xtext.decode(request.options().envelopeId()).orElse("");
            case "client_address" -> address(request.origin());
            case "client_hostname" -> host(request.origin());
            case "client_helo" -> request.origin().helo();
            case "client_protocol" -> request.origin().protocol();
            case "sasl_username" -> login(request.origin());
            default -> throw new IllegalArgumentException("has the unknown ${" + name + "}");
        };
    }

    private static String address(Origin origin) {
        return origin.clientAddress().startsWith(IPV6)
                ? origin.clientAddress().substring(IPV6.length())
                : origin.clientAddress();
    }

    /** As Postfix names a client whose name is not proved. */
    private static String host(Origin origin) {
        return origin.clientName().isEmpty() && !origin.clientAddress().isEmpty()
                ? "unknown"
                : origin.clientName();
    }

    /** RFC 3848: the protocol tells; on our own socket the login is a user of this machine. */
    private static String login(Origin origin) {
        return origin.protocol().endsWith("A") ? origin.login() : "";
    }

    /** What the sender wrote, in the form that the flags give to recipients. */
    private String named(Recipient recipient) {
        String original = original(recipient);
        return AddressParser.mailbox(original) instanceof Parsed.Address(Mailbox mailbox, int _)
                ? address(mailbox)
                : original;
    }

    private String sender(DeliveryRequest request) {
        return switch (request.sender()) {
            case ReversePath.Nobody _ -> config.nullSender();
            case ReversePath.Sender(Mailbox mailbox) ->
                    config.has(PipeFlag.QUOTED)
                            ? mailbox.toString()
                            : mailbox.localPart() + "@" + mailbox.domain();
        };
    }

    private String address(Mailbox mailbox) {
        Mailbox folded = Mailbox.of(user(mailbox.localPart()), host(mailbox.domain().text()));
        return config.has(PipeFlag.QUOTED)
                ? folded.toString()
                : folded.localPart() + "@" + folded.domain();
    }

    private String user(String localPart) {
        return config.has(PipeFlag.USER_LOWER) ? localPart.toLowerCase(Locale.ROOT) : localPart;
    }

    private String host(String name) {
        return config.has(PipeFlag.DOMAIN_LOWER) ? name.toLowerCase(Locale.ROOT) : name;
    }
}

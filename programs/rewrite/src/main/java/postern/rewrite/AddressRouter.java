package postern.rewrite;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import postern.base.Users;
import postern.mail.Admission;
import postern.mail.Domain;
import postern.mail.Expansion;
import postern.mail.Mailbox;
import postern.mail.ReversePath;
import postern.mail.Rewriter;
import postern.mail.Route;
import postern.mail.Router;
import postern.table.AddressSearch;
import postern.table.Aliases;
import postern.table.Table.Answer;
import postern.table.Tables;

/** The one routing decision, by configuration, tables, aliases and users. Any thread. */
public final class AddressRouter implements Router {
    /** RFC 5321 §4.5.1: always there, alias or not. */
    private static final String POSTMASTER = "postmaster";

    /** The key that stands for the sender of bounces, as in Postfix. */
    private static final String NOBODY = "<>";

    private static final String NO_OPINION = "DUNNO";

    private final RewriteConfig config;
    private final RoutingConfig routing;
    private final Rewriter rewriter;
    private final Users users;
    private final Aliases aliases;
    private final Domains domains;
    private final Expander expander;
    private final Recipients recipients;
    private final AddressSearch transport;
    private final AddressSearch senderRelayHost;
    private final AddressSearch senderTransport;
    private final AddressSearch relocated;
    private final Route.To local;
    private final boolean waits;

    /** Who is known, by tables. */
    private record Recipients(AddressSearch local, AddressSearch virtual, AddressSearch relay) {}

    /**
     * @param rewriter what changes recipients before they are routed
     */
    public AddressRouter(
            RewriteConfig config,
            RoutingConfig routing,
            Tables tables,
            Rewriter rewriter,
            Users users,
            Aliases aliases) {
        this.config = config;
        this.routing = routing;
        this.rewriter = rewriter;
        this.users = users;
        this.aliases = aliases;
        this.domains = new Domains(config.domains(), tables);
        AddressSearch.Local bare = config::bare;
        String delimiters = config.delimiters();
        RewriteConfig.Recipients known = config.recipients();
        this.recipients =
                new Recipients(
                        new AddressSearch(tables.get(known.local()), bare, delimiters),
                        new AddressSearch(
                                tables.get(known.virtualMailboxes()), _ -> false, delimiters),
                        new AddressSearch(tables.get(known.relayTables()), _ -> false, delimiters));
        this.expander =
                new Expander(
                        config,
                        domains,
                        new AddressSearch(tables.get(known.virtualAliases()), bare, delimiters),
                        aliases);
        RoutingConfig.Tables names = routing.tables();
        this.transport = new AddressSearch(tables.get(names.transport()), _ -> false, delimiters);
        this.senderRelayHost =
                new AddressSearch(tables.get(names.senderRelayHost()), _ -> false, delimiters);
        this.senderTransport =
                new AddressSearch(tables.get(names.senderTransport()), _ -> false, delimiters);
        this.relocated = new AddressSearch(tables.get(names.relocated()), bare, delimiters);
        this.local = stated(routing.transports().local(), config.hostname());
        this.waits =
                domains.waits()
                        || Stream.of(
                                        recipients.local,
                                        recipients.virtual,
                                        recipients.relay,
                                        transport,
                                        senderRelayHost,
                                        senderTransport,
                                        relocated)
                                .anyMatch(AddressSearch::waits);
    }

    @Override
    public boolean waits() {
        return waits;
    }

    private static Route.To stated(RoutingConfig.Stated rule, String nextHop) {
        int colon = rule.text().indexOf(':');
        boolean bare = colon < 0 || colon == rule.text().length() - 1;
        return new Route.To(
                colon < 0 ? rule.text() : rule.text().substring(0, colon),
                bare ? nextHop : rule.text().substring(colon + 1));
    }

    @Override
    public Expansion expand(Mailbox recipient) {
        return expander.expand(recipient, Trail.NONE);
    }

    Expansion expand(Mailbox recipient, Trail trail) {
        return expander.expand(recipient, trail);
    }

    @Override
    public Route route(ReversePath sender, Mailbox recipient) {
        return route(sender, recipient, Trail.NONE);
    }

    Route route(ReversePath sender, Mailbox recipient, Trail trail) {
        try {
            return decide(sender, recipient, classOf(recipient, trail), trail);
        } catch (Domains.Unanswered unanswered) {
            return new Route.Unanswered(unanswered.why());
        }
    }

    AddressClass classOf(Mailbox recipient, Trail trail) throws Domains.Unanswered {
        return domains.of(recipient.domain(), trail);
    }

    @Override
    public Admission admit(Mailbox recipient) {
        AddressClass what;
        try {
            what = classOf(recipient, Trail.NONE);
        } catch (Domains.Unanswered unanswered) {
            return new Admission.Ours(new Route.Unanswered(unanswered.why()));
        }
        if (what == AddressClass.REMOTE) {
            return foreign(recipient);
        }
        if (rewriter.leavesEnvelopes() && !expander.hasVirtual()) {
            return new Admission.Ours(route(ReversePath.NOBODY, recipient));
        }
        return new Admission.Ours(
                switch (rewriter.recipient(recipient)) {
                    case Expansion.Unanswered(String _, String why) -> new Route.Unanswered(why);
                    case Expansion.Recipients(List<Mailbox> one) -> admitted(one.getFirst());
                });
    }

    /** Not ours, unless a table refuses it for everybody, whoever may relay. */
    private Admission foreign(Mailbox recipient) {
        if (expander.postmaster(recipient)) {
            return new Admission.Ours(admitted(recipient));
        }
        if (transport.isEmpty() && relocated.isEmpty()) {
            return new Admission.NotOurs(!expander.postmasterElsewhere(recipient.domain()));
        }
        Route route = route(ReversePath.NOBODY, recipient);
        return route instanceof Route.Refused
                ? new Admission.Ours(route)
                : new Admission.NotOurs(false);
    }

    /** Whether anybody gets what is sent there: the route of the first who does. */
    private Route admitted(Mailbox recipient) {
        return switch (expand(recipient)) {
            case Expansion.Unanswered(String _, String why) -> new Route.Unanswered(why);
            case Expansion.Recipients(List<Mailbox> all) -> {
                @Nullable Route best = null;
                for (Mailbox one : all) {
                    Route route = route(ReversePath.NOBODY, one);
                    boolean shut = route instanceof Route.Unknown || route instanceof Route.Refused;
                    if (best == null || !shut) {
                        best = route;
                    }
                    if (!shut && !(route instanceof Route.Retry)) {
                        break;
                    }
                }
                yield best == null ? new Route.Unanswered("empty expansion") : best;
            }
        };
    }

    private Route decide(ReversePath sender, Mailbox recipient, AddressClass what, Trail trail)
            throws Domains.Unanswered {
        @Nullable Route gone = relocated.isEmpty() ? null : relocated(recipient, trail);
        if (gone != null) {
            return gone;
        }
        @Nullable Route unknown =
                switch (what) {
                    case LOCAL -> unknownLocal(recipient, trail);
                    case VIRTUAL_ALIAS ->
                            new Route.Unknown("5.1.1", "User unknown in virtual alias table");
                    case VIRTUAL_MAILBOX ->
                            unlisted(recipients.virtual, recipient, "virtual mailbox", trail);
                    case RELAY -> unknownRelay(recipient, trail);
                    case REMOTE -> null;
                };
        if (unknown != null) {
            return unknown;
        }
        Route.To usual =
                switch (what) {
                    case LOCAL -> local(trail);
                    case VIRTUAL_ALIAS, VIRTUAL_MAILBOX -> virtual(recipient.domain(), trail);
                    case RELAY -> relayed(sender, recipient, routing.transports().relay(), trail);
                    case REMOTE -> remote(sender, recipient, trail);
                };
        return transport.isEmpty() ? usual : transported(recipient, usual, trail);
    }

    private Route.To local(Trail trail) {
        trail.step(
                "routing.local_transport",
                local.transport(),
                routing.transports().local().origin());
        return local;
    }

    private Route.To virtual(Domain domain, Trail trail) {
        RoutingConfig.Stated rule = routing.transports().virtual();
        trail.step("routing.virtual_transport", rule.text(), rule.origin());
        return stated(rule, domain.text());
    }

    /** What is found; null when nothing is. */
    private static Answer.@Nullable Found found(AddressSearch.@Nullable Hit hit)
            throws Domains.Unanswered {
        if (hit == null) {
            return null;
        }
        return switch (hit.answer()) {
            case Answer.Found found -> found;
            case Answer.TemporaryFailure(String reason) -> throw new Domains.Unanswered(reason);
            case Answer.Absent _ -> null;
        };
    }

    private @Nullable Route relocated(Mailbox recipient, Trail trail) throws Domains.Unanswered {
        Answer.Found found = found(relocated.find(recipient));
        if (found == null) {
            return null;
        }
        trail.step("routing.relocated", found.value(), found.origin());
        return new Route.Refused("5.1.6", "User has moved to " + found.value());
    }

    private @Nullable Route unknownLocal(Mailbox recipient, Trail trail) throws Domains.Unanswered {
        if (!recipients.local.isEmpty()) {
            return recipient.localPart().equalsIgnoreCase(POSTMASTER)
                    ? null
                    : unlisted(recipients.local, recipient, "local recipient", trail);
        }
        String name = recipient.localPart();
        try {
            if (knownUser(name, trail)) {
                return null;
            }
        } catch (IOException unanswered) {
            throw new Domains.Unanswered("user database: " + unanswered.getMessage());
        }
        return new Route.Unknown("5.1.1", "unknown user: \"" + name + "\"");
    }

    private boolean knownUser(String name, Trail trail) throws IOException {
        String lower = name.toLowerCase(Locale.ROOT);
        if (knownName(name, trail) || !lower.equals(name) && knownName(lower, trail)) {
            return true;
        }
        String base = recipients.local.base(name);
        String lowerBase = base.toLowerCase(Locale.ROOT);
        return !base.equals(name)
                        && (knownName(base, trail)
                                || !lowerBase.equals(base) && knownName(lowerBase, trail))
                || lower.equals(POSTMASTER);
    }

    private boolean knownName(String name, Trail trail) throws IOException {
        if (!aliases.lookup(name).isEmpty()) {
            trail.step("an alias of this machine", name, aliases.origin(name));
            return true;
        }
        if (users.byName(name).isPresent()) {
            trail.step("a user of this machine", name, "user database");
            return true;
        }
        return false;
    }

    /** An empty list of recipients means: all of them (the next hop will say). */
    private @Nullable Route unknownRelay(Mailbox recipient, Trail trail) throws Domains.Unanswered {
        var listed = config.recipients().relay();
        if (listed.isEmpty()
                ? recipients.relay.isEmpty()
                : listed.contains(recipient.toString().toLowerCase(Locale.ROOT))
                        || listed.contains("@" + recipient.domain())) {
            return null;
        }
        if (recipients.relay.isEmpty()) {
            return new Route.Unknown(
                    "5.1.1", "unknown recipient in relay domain " + recipient.domain());
        }
        return unlisted(recipients.relay, recipient, "relay recipient", trail);
    }

    private static @Nullable Route unlisted(
            AddressSearch search, Mailbox recipient, String table, Trail trail)
            throws Domains.Unanswered {
        if (search.isEmpty()) {
            return null;
        }
        Answer.Found found = found(search.find(recipient));
        if (found == null) {
            return new Route.Unknown("5.1.1", "User unknown in " + table + " table");
        }
        trail.step(table, found.value(), found.origin());
        return null;
    }

    private Route.To remote(ReversePath sender, Mailbox recipient, Trail trail)
            throws Domains.Unanswered {
        Optional<Answer.Found> bySender = ofSender(senderTransport, sender);
        if (bySender.isEmpty()) {
            return relayed(sender, recipient, routing.transports().byDefault(), trail);
        }
        var rule = new RoutingConfig.Stated(bySender.get().value(), bySender.get().origin());
        return relayed(sender, recipient, rule, trail);
    }

    /** The transport's own next hop, or by sender, or relayhost, or the recipient's domain. */
    private Route.To relayed(
            ReversePath sender, Mailbox recipient, RoutingConfig.Stated rule, Trail trail)
            throws Domains.Unanswered {
        trail.step("transport", rule.text(), rule.origin());
        Optional<Answer.Found> bySender = ofSender(senderRelayHost, sender);
        String nextHop = recipient.domain().text();
        if (bySender.isPresent()) {
            nextHop = bySender.get().value();
            trail.step("routing.sender_relayhost", nextHop, bySender.get().origin());
        } else if (!routing.relayHost().text().isEmpty()) {
            nextHop = routing.relayHost().text();
            trail.step("domains.relayhost", nextHop, routing.relayHost().origin());
        }
        return stated(rule, nextHop);
    }

    private static Optional<Answer.Found> ofSender(AddressSearch search, ReversePath sender)
            throws Domains.Unanswered {
        if (search.isEmpty()) {
            return Optional.empty();
        }
        AddressSearch.@Nullable Hit hit =
                switch (sender) {
                    case ReversePath.Nobody _ -> search.ask(NOBODY, false, "");
                    case ReversePath.Sender(Mailbox mailbox) -> search.find(mailbox);
                };
        return Optional.ofNullable(found(hit))
                .filter(found -> !found.value().equalsIgnoreCase(NO_OPINION));
    }

    private Route transported(Mailbox recipient, Route.To usual, Trail trail)
            throws Domains.Unanswered {
        Answer.Found found = found(transport.findRoute(recipient));
        if (found == null) {
            return usual;
        }
        trail.step("routing.transport", found.value(), found.origin());
        return TransportRule.parse(found.value(), recipient.domain(), usual);
    }
}

package postern.rewrite;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import postern.base.Users;
import postern.mail.AddressParser;
import postern.mail.AddressParser.Parsed;
import postern.mail.Domain;
import postern.mail.Expansion;
import postern.mail.Mailbox;
import postern.mail.ReversePath;
import postern.mail.Route;
import postern.mail.Router;
import postern.table.Aliases;
import postern.table.Aliases.Target;
import postern.table.LocalNames;

/** The one routing decision, by configuration, aliases and users. Any thread. */
public final class AddressRouter implements Router {
    /** Recipients that one alias may expand to. Origin: Postfix, virtual_alias_expansion_limit. */
    public static final int EXPANSION_MAX = 1000;

    /** How deep aliases may name aliases. Postfix allows 1000; nobody means more than this. */
    public static final int DEPTH_MAX = 50;

    /** RFC 5321 §4.5.1: always there, alias or not. */
    private static final String POSTMASTER = "postmaster";

    private final RewriteConfig config;
    private final Users users;
    private final Aliases aliases;

    public AddressRouter(RewriteConfig config, Users users, Aliases aliases) {
        this.config = config;
        this.users = users;
        this.aliases = aliases;
    }

    @Override
    public boolean local(Domain domain) {
        return config.localDomains().contains(domain);
    }

    @Override
    public boolean ours(Domain domain) {
        return local(domain) || config.relayDomains().contains(domain);
    }

    @Override
    public Route route(ReversePath sender, Mailbox recipient) {
        Domain domain = recipient.domain();
        if (local(domain)) {
            return routeLocal(recipient);
        }
        if (config.relayDomains().contains(domain) && !relayRecipient(recipient)) {
            return new Route.Unknown("5.1.1", "unknown recipient in relay domain " + domain);
        }
        String relay = config.relayHost();
        return new Route.To("smtp", relay.isEmpty() ? domain.text() : relay);
    }

    private Route routeLocal(Mailbox recipient) {
        String name = recipient.localPart();
        if (!aliases.lookup(name).isEmpty()) {
            return new Route.To("local", config.hostname());
        }
        try {
            return knownUser(name)
                    ? new Route.To("local", config.hostname())
                    : new Route.Unknown("5.1.1", "unknown user: \"" + name + "\"");
        } catch (IOException unanswered) {
            return new Route.Unanswered("user database: " + unanswered.getMessage());
        }
    }

    private boolean knownUser(String name) throws IOException {
        for (String candidate : LocalNames.candidates(name)) {
            if (users.byName(candidate).isPresent() || !aliases.lookup(candidate).isEmpty()) {
                return true;
            }
        }
        return name.equalsIgnoreCase(POSTMASTER);
    }

    /** An empty list of recipients means: all of them (the next hop will say). */
    private boolean relayRecipient(Mailbox recipient) {
        Set<String> known = config.relayRecipients();
        return known.isEmpty()
                || known.contains(recipient.toString().toLowerCase(Locale.ROOT))
                || known.contains("@" + recipient.domain());
    }

    @Override
    public Expansion expand(Mailbox recipient) {
        if (!local(recipient.domain())) {
            return new Expansion.Recipients(List.of(recipient));
        }
        Set<Mailbox> found = new LinkedHashSet<>();
        expand(recipient, found, new ArrayList<>());
        return new Expansion.Recipients(found.isEmpty() ? List.of(recipient) : List.copyOf(found));
    }

    /**
     * Addresses are expanded here; an alias with a file, command or included list stays a recipient
     * of its own, and local does its part of it: nothing in the queue names a file or a command.
     *
     * @param above the aliases being expanded; one that comes again is a loop and names itself
     */
    private void expand(Mailbox recipient, Set<Mailbox> found, List<String> above) {
        String name = recipient.localPart().toLowerCase(Locale.ROOT);
        List<Target> targets = local(recipient.domain()) ? aliasOf(name) : List.of();
        boolean loop = above.contains(name);
        if (loop && !above.getLast().equals(name) || above.size() >= DEPTH_MAX) {
            return; // every member of the loop is being expanded already
        }
        if (targets.isEmpty() || loop) { // an alias that names itself means that user's mailbox
            add(recipient, found);
            return;
        }
        above.add(name);
        for (Target target : targets) {
            switch (target) {
                case Target.Address(String text) -> expandAddress(text, found, above);
                case Target.Exactly(String user) ->
                        add(new Mailbox(user, recipient.domain()), found);
                case Target.File _, Target.Command _, Target.Include _ -> add(recipient, found);
            }
        }
        above.removeLast();
    }

    private List<Target> aliasOf(String name) {
        List<Target> exact = aliases.lookup(name);
        if (!exact.isEmpty()) {
            return exact;
        }
        for (String candidate : LocalNames.candidates(name)) {
            List<Target> targets = aliases.lookup(candidate);
            if (!targets.isEmpty()) {
                return targets;
            }
        }
        return name.equals(POSTMASTER)
                ? List.of(new Target.Address(config.postmaster()))
                : List.of();
    }

    private void expandAddress(String text, Set<Mailbox> found, List<String> above) {
        String complete = text.indexOf('@') < 0 ? text + "@" + config.hostname() : text;
        if (AddressParser.mailbox(complete) instanceof Parsed.Address(Mailbox mailbox, int _)) {
            expand(mailbox, found, above);
        }
    }

    /** An address that is there already, under whatever name of this host, is not added again. */
    private void add(Mailbox recipient, Set<Mailbox> found) {
        boolean known =
                local(recipient.domain())
                        && found.stream()
                                .anyMatch(
                                        other ->
                                                local(other.domain())
                                                        && other.localPart()
                                                                .equalsIgnoreCase(
                                                                        recipient.localPart()));
        if (!known && found.size() < EXPANSION_MAX) {
            found.add(recipient);
        }
    }
}

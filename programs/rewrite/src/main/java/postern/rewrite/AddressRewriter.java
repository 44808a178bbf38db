package postern.rewrite;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import postern.mail.Domain;
import postern.mail.Expansion;
import postern.mail.Mailbox;
import postern.mail.Origin;
import postern.mail.ReversePath;
import postern.mail.Rewriter;
import postern.rewrite.AddressingConfig.Where;
import postern.table.AddressSearch;
import postern.table.Table.Answer;
import postern.table.Tables;

/** What the configuration changes of addresses when a message comes in. Any thread. */
public final class AddressRewriter implements Rewriter {
    private static final String FAILED = "4.3.0";

    private final RewriteConfig domains;
    private final AddressingConfig config;
    private final Tables tables;
    private final Trail trail;
    private final AddressMapping canonical;
    private final AddressMapping senderCanonical;
    private final AddressMapping recipientCanonical;
    private final AddressSearch senderBcc;
    private final AddressSearch recipientBcc;
    private final AddressSearch archiveSender;
    private final AddressSearch archiveRecipient;
    private final AddressText text;
    private final Domain origin;
    private final List<Mailbox> always;
    private final Optional<Mailbox> archive;

    private AddressRewriter(
            RewriteConfig domains, AddressingConfig config, Tables tables, Trail trail) {
        this.domains = domains;
        this.config = config;
        this.tables = tables;
        this.trail = trail;
        this.text = new AddressText(domains.origin());
        this.origin = new Domain(domains.origin());
        Search search = new Search(domains, tables);
        this.canonical =
                new AddressMapping(search.of(config.canonical().both()), text, "rewrite.canonical");
        this.senderCanonical =
                new AddressMapping(
                        search.of(config.canonical().sender()), text, "rewrite.sender_canonical");
        this.recipientCanonical =
                new AddressMapping(
                        search.of(config.canonical().recipient()),
                        text,
                        "rewrite.recipient_canonical");
        this.senderBcc = search.of(config.copies().sender());
        this.recipientBcc = search.of(config.copies().recipient());
        this.archiveSender = search.of(config.archive().sender());
        this.archiveRecipient = search.of(config.archive().recipient());
        this.always = address(config.copies().always()).stream().toList();
        this.archive = address(config.archive().to());
    }

    /** The same, telling of every rule that counts. */
    Rewriter telling(Trail listener) {
        return new AddressRewriter(domains, config, tables, listener);
    }

    /** A search where bare names stand for users of our own domains. */
    private record Search(RewriteConfig domains, Tables tables) {
        AddressSearch of(List<String> names) {
            return new AddressSearch(tables.get(names), domains::bare, domains.delimiters());
        }
    }

    /**
     * What the configuration asks for; where that is nothing, headers are completed all the same.
     */
    public static Rewriter of(RewriteConfig domains, AddressingConfig config, Tables tables) {
        boolean nothing =
                config.canonical().both().isEmpty()
                        && config.canonical().sender().isEmpty()
                        && config.canonical().recipient().isEmpty()
                        && config.masquerade().domains().isEmpty()
                        && config.copies().always().isEmpty()
                        && config.copies().sender().isEmpty()
                        && config.copies().recipient().isEmpty()
                        && config.archive().to().isEmpty();
        return nothing
                ? completing(domains, config)
                : new AddressRewriter(domains, config, tables, Trail.NONE);
    }

    private static Rewriter completing(RewriteConfig domains, AddressingConfig config) {
        if (config.headers() == AddressingConfig.Headers.NONE) {
            return NONE;
        }
        Optional<HeaderEditor> editor =
                Optional.of(
                        new HeaderAddresses(
                                (mailbox, _) -> mailbox,
                                Optional.of(new Domain(domains.origin())),
                                config.signedToo()));
        return new Rewriter() {
            @Override
            public Optional<HeaderEditor> header(Origin origin) {
                return origin.submission() ? editor : Optional.empty();
            }
        };
    }

    private Optional<Mailbox> address(String written) {
        if (written.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(text.address(written, "postern.toml"));
        } catch (AddressText.Malformed malformed) {
            throw new postern.base.Bug("addresses of the configuration were checked", malformed);
        }
    }

    @Override
    public boolean leavesEnvelopes() {
        return false;
    }

    @Override
    public Expansion sender(Mailbox sender) {
        return one(sender, Where.ENVELOPE_SENDER);
    }

    @Override
    public Expansion recipient(Mailbox recipient) {
        return one(recipient, Where.ENVELOPE_RECIPIENT);
    }

    private Expansion one(Mailbox mailbox, Where where) {
        try {
            return new Expansion.Recipients(List.of(map(mailbox, where)));
        } catch (Unanswered unanswered) {
            return new Expansion.Unanswered(FAILED, unanswered.why());
        }
    }

    /** The special table, then the one for both, then hosts are hidden. */
    private Mailbox map(Mailbox mailbox, Where where) throws Unanswered {
        Mailbox mapped = mailbox;
        if (config.canonical().where().contains(where)) {
            mapped =
                    switch (where) {
                        case ENVELOPE_SENDER, HEADER_SENDER -> senderCanonical.map(mapped, trail);
                        case ENVELOPE_RECIPIENT, HEADER_RECIPIENT ->
                                recipientCanonical.map(mapped, trail);
                    };
            mapped = canonical.map(mapped, trail);
        }
        if (!config.masquerade().where().contains(where)) {
            return mapped;
        }
        Mailbox hidden = masqueraded(mapped);
        if (trail != Trail.NONE && !hidden.equals(mapped)) {
            trail.step("host is hidden", hidden.toString(), "rewrite.masquerade");
        }
        return hidden;
    }

    private Mailbox masqueraded(Mailbox mailbox) {
        List<String> domains = config.masquerade().domains();
        if (domains.isEmpty()
                || config.masquerade()
                        .users()
                        .contains(mailbox.localPart().toLowerCase(Locale.ROOT))) {
            return mailbox;
        }
        String domain = mailbox.domain().text();
        for (String parent : domains) { // the first that matches counts, as in Postfix
            boolean kept = parent.startsWith("!");
            String name = kept ? parent.substring(1) : parent;
            if (domain.equals(name)) {
                return mailbox;
            }
            if (domain.endsWith("." + name)) {
                return kept ? mailbox : Mailbox.of(mailbox.localPart(), name);
            }
        }
        return mailbox;
    }

    @Override
    public Expansion copies(ReversePath sender) {
        List<Mailbox> copies = new ArrayList<>(always);
        if (trail != Trail.NONE) {
            always.forEach(
                    to -> trail.step("copy of all mail", to.toString(), "rewrite.always_bcc"));
        }
        return switch (sender) {
            case ReversePath.Nobody _ -> new Expansion.Recipients(copies);
            case ReversePath.Sender(Mailbox mailbox) ->
                    copies(senderBcc, mailbox, copies, "rewrite.sender_bcc");
        };
    }

    @Override
    public Expansion copies(Mailbox recipient) {
        return recipientBcc.isEmpty()
                ? Expansion.NOBODY
                : copies(recipientBcc, recipient, new ArrayList<>(), "rewrite.recipient_bcc");
    }

    private Expansion copies(
            AddressSearch search, Mailbox mailbox, List<Mailbox> copies, String rule) {
        AddressSearch.@Nullable Hit hit = search.find(mailbox);
        if (hit == null) {
            return new Expansion.Recipients(copies);
        }
        return switch (hit.answer()) {
            case Answer.Absent _ -> new Expansion.Recipients(copies);
            case Answer.TemporaryFailure(String reason) -> new Expansion.Unanswered(FAILED, reason);
            case Answer.Found found -> {
                try {
                    // copies go to whom the table names: no extension is passed on
                    var plain = new AddressSearch.Hit(found, hit.key(), "");
                    Set<Mailbox> all = new LinkedHashSet<>(copies);
                    all.addAll(text.list(mailbox, plain, found));
                    if (trail != Trail.NONE) {
                        trail.step(rule + " " + hit.key(), found.value(), found.origin());
                    }
                    yield new Expansion.Recipients(List.copyOf(all));
                } catch (AddressText.Malformed malformed) {
                    yield new Expansion.Unanswered(FAILED, String.valueOf(malformed.getMessage()));
                }
            }
        };
    }

    /** A table that cannot be asked archives: what should have been kept is not lost by it. */
    @Override
    public Optional<Mailbox> archive(ReversePath sender, List<Mailbox> recipients) {
        if (archive.isEmpty()) {
            return Optional.empty();
        }
        boolean all = archiveSender.isEmpty() && archiveRecipient.isEmpty();
        boolean chosen =
                all
                        || sender instanceof ReversePath.Sender(Mailbox mailbox)
                                && archiveSender.find(mailbox) != null
                        || recipients.stream()
                                .anyMatch(recipient -> archiveRecipient.find(recipient) != null);
        if (chosen && trail != Trail.NONE) {
            trail.step("archived at", archive.get().toString(), "rewrite.archive_to");
        }
        return chosen ? archive : Optional.empty();
    }

    @Override
    public Optional<HeaderEditor> header(Origin origin) {
        boolean wanted =
                switch (config.headers()) {
                    case NONE -> false;
                    case SUBMISSION -> origin.submission();
                    case ALL -> true;
                };
        Set<Where> canonicalIn = config.canonical().where();
        boolean mapped =
                (canonicalIn.contains(Where.HEADER_SENDER)
                                || canonicalIn.contains(Where.HEADER_RECIPIENT))
                        && !(canonical.isEmpty()
                                && senderCanonical.isEmpty()
                                && recipientCanonical.isEmpty());
        boolean anything =
                mapped || !config.masquerade().domains().isEmpty() || origin.submission();
        return wanted && anything
                ? Optional.of(
                        new HeaderAddresses(
                                (mailbox, senders) ->
                                        map(
                                                mailbox,
                                                senders
                                                        ? Where.HEADER_SENDER
                                                        : Where.HEADER_RECIPIENT),
                                origin.submission() ? Optional.of(this.origin) : Optional.empty(),
                                config.signedToo()))
                : Optional.empty();
    }
}

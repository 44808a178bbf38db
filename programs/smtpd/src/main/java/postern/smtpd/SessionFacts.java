package postern.smtpd;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import postern.dns.Resolver;
import postern.dns.ReverseNames;
import postern.mail.Mailbox;
import postern.mail.ReversePath;
import postern.smtpd.access.Facts;
import postern.smtpd.triage.AddressLists.Score;

/** A session as rules see it. What the name service said is kept for the session. One thread. */
final class SessionFacts implements Facts {
    private final Policy policy;
    private final Identity identity;
    private Optional<Transaction> transaction = Optional.empty();
    private Optional<Mailbox> recipient = Optional.empty();
    private @Nullable InetAddress about; // whom what is kept is about
    private @Nullable Optional<String> name;
    private @Nullable Score score;

    SessionFacts(Policy policy, Identity identity) {
        this.policy = policy;
        this.identity = identity;
    }

    /** What the next questions are about. */
    void regard(Optional<Transaction> open, Optional<Mailbox> to) {
        transaction = open;
        recipient = to;
        InetAddress now = address().orElse(null);
        if (now != null && !now.equals(about)) { // XCLIENT may make another of the client
            about = now;
            name = null;
            score = null;
        }
    }

    /** A score that is known already. */
    void know(Score known) {
        about = address().orElse(null);
        score = known;
    }

    @Override
    public Optional<InetAddress> address() {
        return identity.client().inet();
    }

    @Override
    public Optional<String> text(Field field) {
        return switch (field) {
            case CLIENT_NAME -> clientName();
            case LISTENER -> Optional.of(identity.listenerName());
            case HELO -> Optional.of(identity.helo());
            case TLS -> Optional.of(identity.tlsVersion());
            case FINGERPRINT -> Optional.of(identity.fingerprint());
            case LOGIN -> identity.authentication().login().or(() -> Optional.of(""));
            case SENDER -> transaction.map(open -> open.sender.toString());
            case RECIPIENT -> recipient.map(Mailbox::toString);
        };
    }

    private Optional<String> clientName() {
        if (!identity.client().name().isEmpty()) {
            return Optional.of(identity.client().name());
        }
        Optional<InetAddress> address = address();
        if (address.isEmpty()) {
            return Optional.of("");
        }
        Optional<String> known = name;
        if (known == null) {
            known = ReverseNames.verified(address.get(), policy.names());
            name = known;
            known.filter(text -> !text.isEmpty()).ifPresent(identity::named);
        }
        return known;
    }

    @Override
    public Optional<Long> number(Quantity quantity) {
        Optional<InetAddress> address = address();
        if (address.isEmpty()) {
            return Optional.of(0L);
        }
        return switch (quantity) {
            case SCORE -> score(address.get());
            case CONNECTIONS -> rate(Meter.What.CONNECTION, address.get());
            case MESSAGES -> rate(Meter.What.MESSAGE, address.get());
            case RECIPIENTS -> rate(Meter.What.RECIPIENT, address.get());
        };
    }

    private Optional<Long> rate(Meter.What what, InetAddress address) {
        return Optional.of(policy.meter().rate(what, address));
    }

    /** Lists that did not answer count as not naming the client: a rule must not wait for them. */
    private Optional<Long> score(InetAddress address) {
        Score known = score;
        if (known == null) {
            known = policy.lists().score(address);
            score = known;
        }
        return Optional.of((long) known.total());
    }

    @Override
    public Optional<Boolean> senderDomainUnknown() {
        if (transaction.isEmpty()
                || !(transaction.get().sender instanceof ReversePath.Sender(Mailbox sender))
                || sender.domain().literal()) {
            return Optional.of(false); // there is no domain that could be unknown
        }
        String domain = sender.domain().text();
        return switch (policy.names().mailHosts(domain)) {
            case Resolver.Answer.Found<List<Resolver.MailHost>> _ -> Optional.of(false);
            case Resolver.Answer.NoSuchName<List<Resolver.MailHost>> _ -> Optional.of(true);
            case Resolver.Answer.Temporary<List<Resolver.MailHost>> _ -> Optional.empty();
            case Resolver.Answer.Empty<List<Resolver.MailHost>> _ ->
                    // RFC 5321 §5.1: without mail hosts its own address serves
                    switch (policy.names().addresses(domain)) {
                        case Resolver.Answer.Found<List<InetAddress>> _ -> Optional.of(false);
                        case Resolver.Answer.Temporary<List<InetAddress>> _ -> Optional.empty();
                        case Resolver.Answer.NoSuchName<List<InetAddress>> _,
                                Resolver.Answer.Empty<List<InetAddress>> _ ->
                                Optional.of(true);
                    };
        };
    }
}

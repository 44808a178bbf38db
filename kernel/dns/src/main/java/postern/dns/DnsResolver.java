package postern.dns;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.TLSARecord;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import postern.base.World;
import postern.mail.DomainForms;

/**
 * Asks recursive name servers, see {@link NameServers}. Answers are kept for their time to live
 * within bounds, and so is the word that there is none (RFC 2308). {@code localhost} is this
 * machine without asking (RFC 6761 §6.3). Any thread.
 */
public final class DnsResolver implements Resolver {
    private static final int CACHE_ENTRIES_MAX = 10_000;
    private static final Duration LIFE_MAX = Duration.ofHours(1);

    /** RFC 2308 §5 would allow hours; a name that was just made should be seen soon. */
    private static final Duration LIFE_OF_NOTHING_MAX = Duration.ofMinutes(5);

    private static final Duration LIFE_OF_NOTHING = Duration.ofMinutes(1); // without an SOA

    /** Records kept of one answer: a plan asks for fewer, and an answer may hold thousands. */
    private static final int RECORDS_MAX = 50;

    private static final Comparator<MailHost> BEST_FIRST =
            Comparator.comparingInt(MailHost::preference);
    private static final Comparator<Service> MOST_WANTED =
            Comparator.comparingInt(Service::priority);
    private static final Comparator<Object> ANY_ORDER = (_, _) -> 0;

    /** How long it is believed that a server validates, or does not. */
    private static final Duration PROBED_FOR = Duration.ofMinutes(10);

    private static final Validation NOT_PROBED = new Validation.Absent("not asked yet");

    /** Longest chain of aliases followed. */
    private static final int ALIASES_MAX = 8;

    private static final List<InetAddress> THIS_MACHINE =
            List.of(InetAddress.ofLiteral("127.0.0.1"), InetAddress.ofLiteral("::1"));

    private static final Reading<MailHost> MAIL_HOST =
            found -> {
                MXRecord record = (MXRecord) found;
                String host = text(record.getTarget());
                return new MailHost(record.getPriority(), host.equals(".") ? "" : host);
            };

    private static final Reading<Service> SERVICE =
            found -> {
                SRVRecord record = (SRVRecord) found;
                String host = text(record.getTarget());
                return new Service(
                        record.getPriority(),
                        record.getWeight(),
                        record.getPort(),
                        host.equals(".") ? "" : host);
            };

    private static final Reading<Tlsa> TLSA =
            found -> {
                TLSARecord record = (TLSARecord) found;
                return new Tlsa(
                        record.getCertificateUsage(),
                        record.getSelector(),
                        record.getMatchingType(),
                        record.getCertificateAssociationData());
            };

    private static final Reading<String> TEXT =
            found -> {
                StringBuilder text = new StringBuilder();
                for (byte[] part : ((TXTRecord) found).getStringsAsByteArrays()) {
                    text.append(new String(part, StandardCharsets.UTF_8));
                }
                return text.toString();
            };

    private static final Reading<String> CLAIMED_NAME =
            found -> ((PTRRecord) found).getTarget().toString(true);

    private final World world;
    private final DnsSettings settings;
    private final NameServers servers;
    private final AnswerCache<List<MailHost>> mailHosts = new AnswerCache<>(CACHE_ENTRIES_MAX);
    private final AnswerCache<List<String>> names = new AnswerCache<>(CACHE_ENTRIES_MAX);
    private final AnswerCache<List<InetAddress>> addresses = new AnswerCache<>(CACHE_ENTRIES_MAX);
    private final AnswerCache<List<Service>> services = new AnswerCache<>(CACHE_ENTRIES_MAX);
    private final AnswerCache<List<Tlsa>> tlsa = new AnswerCache<>(CACHE_ENTRIES_MAX);
    private final AnswerCache<List<String>> texts = new AnswerCache<>(CACHE_ENTRIES_MAX);
    private final AnswerCache<String> aliases = new AnswerCache<>(CACHE_ENTRIES_MAX);
    private final ReentrantLock lock = new ReentrantLock();
    private Validation validation = NOT_PROBED;
    private long probedAt;

    /** An answer and how long it holds. */
    private record Fresh<T>(Answer<T> answer, Duration life) {}

    public DnsResolver(World world, DnsSettings settings) {
        this.world = world;
        this.settings = settings;
        this.servers = new NameServers(world, settings);
    }

    @Override
    public Validation validation() {
        long now = now();
        lock.lock();
        try {
            if (validation != NOT_PROBED && now - probedAt < PROBED_FOR.toNanos()) {
                return validation;
            }
        } finally {
            lock.unlock();
        }
        Validation found = servers.probe();
        lock.lock();
        try {
            validation = found;
            probedAt = now;
            return found;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Answer<List<MailHost>> mailHosts(String domain) {
        if (isThisMachine(domain)) {
            return new Answer.Empty<>();
        }
        return kept(
                mailHosts,
                domain,
                () -> new Question(Type.MX).ask(domain).map(MAIL_HOST, BEST_FIRST));
    }

    @Override
    public Answer<List<Service>> services(String name) {
        return kept(
                services, name, () -> new Question(Type.SRV).ask(name).map(SERVICE, MOST_WANTED));
    }

    @Override
    public Answer<List<Tlsa>> tlsa(String name) {
        return kept(tlsa, name, () -> new Question(Type.TLSA).ask(name).map(TLSA, ANY_ORDER));
    }

    @Override
    public Answer<String> alias(String name) {
        return kept(aliases, name, () -> new Question(Type.CNAME).askAlone(name));
    }

    @Override
    public Answer<List<String>> texts(String name) {
        return kept(texts, name, () -> new Question(Type.TXT).ask(name).map(TEXT, ANY_ORDER));
    }

    private <T> Answer<T> kept(AnswerCache<T> cache, String name, Supplier<Fresh<T>> asking) {
        String key = name.toLowerCase(Locale.ROOT);
        Optional<Answer<T>> known = cache.get(key, now());
        if (known.isPresent()) {
            return known.get();
        }
        Fresh<T> fresh = asking.get();
        cache.put(key, fresh.answer, now(), fresh.life);
        return fresh.answer;
    }

    @Override
    public Answer<List<String>> names(InetAddress address) {
        String name = ReverseNames.of(address);
        return kept(
                names, name, () -> new Question(Type.PTR).ask(name).map(CLAIMED_NAME, ANY_ORDER));
    }

    @Override
    public Answer<List<InetAddress>> addresses(String host) {
        if (isThisMachine(host)) {
            return new Answer.Found<>(THIS_MACHINE.stream().filter(this::ofUse).toList());
        }
        return kept(
                addresses,
                host,
                () ->
                        switch (settings.families()) {
                            case IPV4 -> v4(host);
                            case IPV6 -> v6(host);
                            case ANY -> both(v4(host), v6(host));
                        });
    }

    private Fresh<List<InetAddress>> v4(String host) {
        return new Question(Type.A)
                .ask(host)
                .map(found -> ((ARecord) found).getAddress(), ANY_ORDER);
    }

    private Fresh<List<InetAddress>> v6(String host) {
        return new Question(Type.AAAA)
                .ask(host)
                .map(found -> ((AAAARecord) found).getAddress(), ANY_ORDER);
    }

    /**
     * What either has; a failure of one counts only where the other has nothing. Secure is what is
     * secure in both.
     */
    private static Fresh<List<InetAddress>> both(
            Fresh<List<InetAddress>> first, Fresh<List<InetAddress>> second) {
        Duration life = shorter(held(first), held(second));
        List<InetAddress> all = new ArrayList<>();
        boolean secure = true;
        String name = "";
        for (Fresh<List<InetAddress>> one : List.of(first, second)) {
            switch (one.answer) {
                case Answer.Found<List<InetAddress>>(List<InetAddress> some, Proof proof) -> {
                    all.addAll(some);
                    secure &= proof.secure();
                    name = proof.name().isEmpty() ? name : proof.name();
                }
                case Answer.Empty<List<InetAddress>>(boolean proven) -> secure &= proven;
                case Answer.NoSuchName<List<InetAddress>>(boolean proven) -> secure &= proven;
                // what nobody can hear says nothing of what was heard: were it to count, whoever
                // silences one question would turn DANE off
                case Answer.Temporary<List<InetAddress>> _ -> {}
            }
        }
        if (!all.isEmpty()) {
            Proof proof = new Proof(secure, name);
            return new Fresh<>(new Answer.Found<>(List.copyOf(all), proof), life);
        }
        return first.answer instanceof Answer.Temporary
                        || second.answer instanceof Answer.NoSuchName
                ? first
                : second;
    }

    /**
     * What is not answered is asked again after a while, not for each message: each waits for all
     * time-outs.
     */
    private static Duration held(Fresh<List<InetAddress>> one) {
        return one.answer instanceof Answer.Temporary ? LIFE_OF_NOTHING : one.life;
    }

    private boolean ofUse(InetAddress address) {
        return switch (settings.families()) {
            case ANY -> true;
            case IPV4 -> address instanceof java.net.Inet4Address;
            case IPV6 -> address instanceof java.net.Inet6Address;
        };
    }

    private static boolean isThisMachine(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.equals("localhost") || lower.endsWith(".localhost");
    }

    private long now() {
        return world.clock().nanoTime();
    }

    private interface Reading<T> {
        T read(Record found);
    }

    /** Records of the asked type, before they are read. */
    private record Records(Answer<List<Record>> answer, Duration life) {
        <T> Fresh<List<T>> map(Reading<T> reading, Comparator<? super T> order) {
            return new Fresh<>(
                    switch (answer) {
                        case Answer.Found<List<Record>>(List<Record> found, Proof proof) ->
                                new Answer.Found<>(
                                        found.stream()
                                                .map(reading::read)
                                                .sorted(order)
                                                .limit(RECORDS_MAX)
                                                .toList(),
                                        proof);
                        case Answer.NoSuchName<List<Record>>(boolean secure) ->
                                new Answer.NoSuchName<>(secure);
                        case Answer.Empty<List<Record>>(boolean secure) ->
                                new Answer.Empty<>(secure);
                        case Answer.Temporary<List<Record>>(Trouble trouble, String reason) ->
                                new Answer.Temporary<>(trouble, reason);
                    },
                    life);
        }
    }

    /** One question of one type. One thread only. */
    private final class Question {
        private final int type;
        private boolean secure = true; // all that was said so far

        Question(int type) {
            this.type = type;
        }

        Records ask(String host) {
            Optional<Name> name = name(host);
            if (name.isEmpty()) {
                return new Records(new Answer.NoSuchName<>(), LIFE_OF_NOTHING);
            }
            return follow(name.get(), host);
        }

        /** The alias itself, and not what lies behind it. */
        Fresh<String> askAlone(String host) {
            Optional<Name> asked = name(host);
            if (asked.isEmpty()) {
                return new Fresh<>(new Answer.NoSuchName<>(), LIFE_OF_NOTHING);
            }
            return switch (servers.ask(asked.get(), type)) {
                case NameServers.Word.Nothing(Trouble trouble, String why) ->
                        new Fresh<>(
                                new Answer.Temporary<>(trouble, why + " for CNAME of " + host),
                                Duration.ZERO);
                case NameServers.Word.Said(Message message, boolean validated) ->
                        alias(asked.get(), message, validated);
            };
        }

        private Fresh<String> alias(Name asked, Message message, boolean validated) {
            List<Record> found = records(asked, message);
            if (!found.isEmpty() && found.getFirst() instanceof CNAMERecord alias) {
                return new Fresh<>(
                        new Answer.Found<>(
                                text(alias.getTarget()), new Proof(validated, text(asked))),
                        shorter(LIFE_MAX, life(found)));
            }
            return new Fresh<>(
                    message.getRcode() == Rcode.NXDOMAIN
                            ? new Answer.NoSuchName<>(validated)
                            : new Answer.Empty<>(validated),
                    lifeOfNothing(message));
        }

        private Records follow(Name asked, String host) {
            Name name = asked;
            Duration life = LIFE_MAX;
            for (int alias = 0; alias <= ALIASES_MAX; alias++) {
                switch (servers.ask(name, type)) {
                    case NameServers.Word.Nothing(Trouble trouble, String why) -> {
                        return temporary(trouble, why, host);
                    }
                    case NameServers.Word.Said(Message message, boolean validated) -> {
                        secure &= validated;
                        Optional<Name> end = endOfAliases(name, message);
                        if (end.isEmpty()) {
                            return endless(host);
                        }
                        Optional<Records> settled = settled(asked, name, end.get(), message, life);
                        if (settled.isPresent()) {
                            return settled.get();
                        }
                        name = end.get(); // the server gave an alias without what it stands for
                        life = LIFE_OF_NOTHING;
                    }
                }
            }
            return endless(host);
        }

        /** The domain may be mended, so it is not one without such records. */
        private Records endless(String host) {
            return temporary(Trouble.SERVER_FAILURE, "alias of an alias without end", host);
        }

        private Optional<Records> settled(
                Name first, Name asked, Name end, Message message, Duration life) {
            List<Record> found = records(end, message);
            if (!found.isEmpty()) {
                Proof proof =
                        secure || !end.equals(first) ? new Proof(secure, text(end)) : Proof.NONE;
                return Optional.of(
                        new Records(new Answer.Found<>(found, proof), shorter(life, life(found))));
            }
            Duration nothing = shorter(life, lifeOfNothing(message));
            if (message.getRcode() == Rcode.NXDOMAIN) {
                return Optional.of(new Records(new Answer.NoSuchName<>(secure), nothing));
            }
            return end.equals(asked)
                    ? Optional.of(new Records(new Answer.Empty<>(secure), nothing))
                    : Optional.empty();
        }

        private Records temporary(Trouble trouble, String why, String host) {
            String reason = why + " for " + Type.string(type) + " of " + host;
            return new Records(new Answer.Temporary<>(trouble, reason), Duration.ZERO);
        }

        /** Empty where they lead back to themselves: some servers tell such a loop as it stands. */
        private Optional<Name> endOfAliases(Name start, Message message) {
            Set<Name> passed = new HashSet<>();
            Name name = start;
            while (passed.add(name)) {
                @Nullable Name next = null;
                for (Record record : message.getSection(Section.ANSWER)) {
                    if (record instanceof CNAMERecord alias && alias.getName().equals(name)) {
                        next = alias.getTarget();
                    }
                }
                if (next == null) {
                    return Optional.of(name);
                }
                name = next;
            }
            return Optional.empty();
        }

        private List<Record> records(Name name, Message message) {
            return message.getSection(Section.ANSWER).stream()
                    .filter(record -> record.getType() == type && record.getName().equals(name))
                    .toList();
        }
    }

    private static String text(Name name) {
        return name.toString(true).toLowerCase(Locale.ROOT);
    }

    /** The name in its ASCII form (RFC 5891); empty when there can be no such name. */
    static Optional<Name> name(String host) {
        try {
            return Optional.of(Name.fromString(DomainForms.ascii(host), Name.root));
        } catch (TextParseException | IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static Duration life(List<Record> found) {
        long seconds = LIFE_MAX.toSeconds();
        for (Record record : found) {
            seconds = Math.min(seconds, record.getTTL());
        }
        return Duration.ofSeconds(Math.max(0, seconds));
    }

    private static Duration lifeOfNothing(Message message) {
        for (Record record : message.getSection(Section.AUTHORITY)) {
            if (record instanceof SOARecord soa) { // RFC 2308 §5
                long seconds = Math.clamp(Math.min(soa.getTTL(), soa.getMinimum()), 0, 300);
                return shorter(Duration.ofSeconds(seconds), LIFE_OF_NOTHING_MAX);
            }
        }
        return LIFE_OF_NOTHING;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}

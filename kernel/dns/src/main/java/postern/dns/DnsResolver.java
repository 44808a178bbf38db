package postern.dns;

import java.io.IOException;
import java.net.IDN;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import postern.base.World;

/**
 * Asks recursive name servers by UDP, and by TCP where the answer is too long (RFC 7766). Answers
 * are kept for their time to live within bounds, and so is the word that there is none (RFC 2308).
 * {@code localhost} is this machine without asking (RFC 6761 §6.3). Any thread.
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
    private static final Comparator<InetAddress> AS_THEY_COME = (_, _) -> 0;

    /** Longest chain of aliases followed. */
    private static final int ALIASES_MAX = 8;

    private static final List<InetAddress> THIS_MACHINE =
            List.of(InetAddress.ofLiteral("127.0.0.1"), InetAddress.ofLiteral("::1"));

    private static final Reading<MailHost> MAIL_HOST =
            found -> {
                MXRecord record = (MXRecord) found;
                String host = record.getTarget().toString(true).toLowerCase(Locale.ROOT);
                return new MailHost(record.getPriority(), host.equals(".") ? "" : host);
            };

    private final World world;
    private final DnsSettings settings;
    private final ReentrantLock lock = new ReentrantLock();
    private List<Server> servers = List.of(); // made at the first question: an idle agent has none
    private final AnswerCache<List<MailHost>> mailHosts = new AnswerCache<>(CACHE_ENTRIES_MAX);
    private final AnswerCache<List<InetAddress>> addresses = new AnswerCache<>(CACHE_ENTRIES_MAX);

    /** Some old servers answer FORMERR to EDNS (RFC 6891 §7) and are asked without it. */
    private record Server(SimpleResolver modern, SimpleResolver plain) {}

    /** An answer and how long it holds. */
    private record Fresh<T>(Answer<T> answer, Duration life) {}

    public DnsResolver(World world, DnsSettings settings) {
        this.world = world;
        this.settings = settings;
    }

    private List<Server> servers() {
        lock.lock();
        try {
            if (servers.isEmpty()) {
                servers = settings.servers().stream().map(this::server).toList();
            }
            return servers;
        } finally {
            lock.unlock();
        }
    }

    private Server server(InetSocketAddress address) {
        SimpleResolver modern = new SimpleResolver(address);
        modern.setTimeout(settings.timeout());
        SimpleResolver plain = new SimpleResolver(address);
        plain.setTimeout(settings.timeout());
        plain.setEDNS(-1, 0, 0, List.of());
        return new Server(modern, plain);
    }

    @Override
    public Answer<List<MailHost>> mailHosts(String domain) {
        if (isThisMachine(domain)) {
            return new Answer.Empty<>();
        }
        String key = domain.toLowerCase(Locale.ROOT);
        Optional<Answer<List<MailHost>>> known = mailHosts.get(key, now());
        if (known.isPresent()) {
            return known.get();
        }
        Fresh<List<MailHost>> fresh = new Question(Type.MX).ask(domain).map(MAIL_HOST, BEST_FIRST);
        mailHosts.put(key, fresh.answer, now(), fresh.life);
        return fresh.answer;
    }

    @Override
    public Answer<List<InetAddress>> addresses(String host) {
        if (isThisMachine(host)) {
            return new Answer.Found<>(THIS_MACHINE.stream().filter(this::ofUse).toList());
        }
        String key = host.toLowerCase(Locale.ROOT);
        Optional<Answer<List<InetAddress>>> known = addresses.get(key, now());
        if (known.isPresent()) {
            return known.get();
        }
        Fresh<List<InetAddress>> fresh =
                switch (settings.families()) {
                    case IPV4 -> v4(host);
                    case IPV6 -> v6(host);
                    case ANY -> both(v4(host), v6(host));
                };
        addresses.put(key, fresh.answer, now(), fresh.life);
        return fresh.answer;
    }

    private Fresh<List<InetAddress>> v4(String host) {
        return new Question(Type.A)
                .ask(host)
                .map(found -> ((ARecord) found).getAddress(), AS_THEY_COME);
    }

    private Fresh<List<InetAddress>> v6(String host) {
        return new Question(Type.AAAA)
                .ask(host)
                .map(found -> ((AAAARecord) found).getAddress(), AS_THEY_COME);
    }

    /** What either has; a failure of one counts only where the other has nothing. */
    private static Fresh<List<InetAddress>> both(
            Fresh<List<InetAddress>> first, Fresh<List<InetAddress>> second) {
        Duration life = first.life.compareTo(second.life) < 0 ? first.life : second.life;
        List<InetAddress> all = new ArrayList<>();
        for (Fresh<List<InetAddress>> one : List.of(first, second)) {
            if (one.answer instanceof Answer.Found<List<InetAddress>>(List<InetAddress> some)) {
                all.addAll(some);
            }
        }
        if (!all.isEmpty()) {
            return new Fresh<>(new Answer.Found<>(List.copyOf(all)), life);
        }
        return first.answer instanceof Answer.Temporary
                        || second.answer instanceof Answer.NoSuchName
                ? first
                : second;
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
        <T> Fresh<List<T>> map(Reading<T> reading, Comparator<T> order) {
            return new Fresh<>(
                    switch (answer) {
                        case Answer.Found<List<Record>>(List<Record> found) ->
                                new Answer.Found<>(
                                        found.stream()
                                                .map(reading::read)
                                                .sorted(order)
                                                .limit(RECORDS_MAX)
                                                .toList());
                        case Answer.NoSuchName<List<Record>> _ -> new Answer.NoSuchName<>();
                        case Answer.Empty<List<Record>> _ -> new Answer.Empty<>();
                        case Answer.Temporary<List<Record>>(String reason) ->
                                new Answer.Temporary<>(reason);
                    },
                    life);
        }
    }

    private static Records temporary(String reason) {
        return new Records(new Answer.Temporary<>(reason), Duration.ZERO);
    }

    /** One question of one type. One thread only. */
    private final class Question {
        private final int type;
        private String trouble = "";

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

        private Records follow(Name asked, String host) {
            Name name = asked;
            Duration life = LIFE_MAX;
            for (int alias = 0; alias <= ALIASES_MAX; alias++) {
                Optional<Message> reply = reply(name);
                if (reply.isEmpty()) {
                    return temporary(trouble + " for " + Type.string(type) + " of " + host);
                }
                Message message = reply.get();
                Name end = endOfAliases(name, message);
                List<Record> found = records(end, message);
                if (!found.isEmpty()) {
                    return new Records(new Answer.Found<>(found), shorter(life, life(found)));
                }
                Duration nothing = shorter(life, lifeOfNothing(message));
                if (message.getRcode() == Rcode.NXDOMAIN) {
                    return new Records(new Answer.NoSuchName<>(), nothing);
                }
                if (end.equals(name)) {
                    return new Records(new Answer.Empty<>(), nothing);
                }
                name = end; // the server gave an alias without what it stands for
                life = LIFE_OF_NOTHING;
            }
            return temporary("alias of an alias without end for " + host);
        }

        private Name endOfAliases(Name start, Message message) {
            Name name = start;
            for (int step = 0; step < ALIASES_MAX; step++) {
                Name next = name;
                for (Record record : message.getSection(Section.ANSWER)) {
                    if (record instanceof CNAMERecord alias && alias.getName().equals(name)) {
                        next = alias.getTarget();
                    }
                }
                if (next.equals(name)) {
                    break;
                }
                name = next;
            }
            return name;
        }

        private List<Record> records(Name name, Message message) {
            return message.getSection(Section.ANSWER).stream()
                    .filter(record -> record.getType() == type && record.getName().equals(name))
                    .toList();
        }

        /** The first server's word that settles the question; empty when there is none. */
        private Optional<Message> reply(Name name) {
            Message query = Message.newQuery(Record.newRecord(name, type, DClass.IN));
            for (int round = 0; round < settings.rounds(); round++) {
                for (Server server : servers()) {
                    Optional<Message> reply = exchange(server.modern, query);
                    if (reply.isPresent() && reply.get().getRcode() == Rcode.FORMERR) {
                        reply = exchange(server.plain, query);
                    }
                    if (reply.isPresent()) {
                        int rcode = reply.get().getRcode();
                        if (rcode == Rcode.NOERROR || rcode == Rcode.NXDOMAIN) {
                            return reply;
                        }
                        trouble = "name server says " + Rcode.string(rcode);
                    }
                }
            }
            return Optional.empty();
        }

        private Optional<Message> exchange(SimpleResolver server, Message query) {
            try {
                CompletionStage<Message> answer = server.sendAsync(query, Runnable::run);
                return Optional.of(world.tasks().await(answer));
            } catch (ExecutionException failed) {
                boolean late = failed.getCause() instanceof SocketTimeoutException;
                boolean broken = failed.getCause() instanceof IOException;
                trouble =
                        late
                                ? "no answer from a name server"
                                : broken ? "cannot ask a name server" : "name server out of order";
                return Optional.empty();
            }
        }
    }

    /** The name in its ASCII form (RFC 5891); empty when there can be no such name. */
    private static Optional<Name> name(String host) {
        try {
            boolean ascii = host.chars().allMatch(c -> c < 0x80);
            String text = ascii ? host : IDN.toASCII(host, IDN.ALLOW_UNASSIGNED);
            return Optional.of(Name.fromString(text, Name.root));
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

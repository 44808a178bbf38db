package postern.testkit;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import postern.dns.Resolver;

/** A name service out of a table. What is not in it does not exist. Any thread. */
public final class FakeResolver implements Resolver {
    private final Map<String, Answer<List<MailHost>>> mailHosts = new ConcurrentHashMap<>();
    private final Map<InetAddress, Answer<List<String>>> names = new ConcurrentHashMap<>();
    private final Map<String, Answer<List<InetAddress>>> addresses = new ConcurrentHashMap<>();
    private final Map<String, Answer<List<String>>> texts = new ConcurrentHashMap<>();
    private final Map<String, Answer<List<Tlsa>>> tlsa = new ConcurrentHashMap<>();
    private final Map<String, Answer<String>> aliases = new ConcurrentHashMap<>();
    private final Set<String> proven = ConcurrentHashMap.newKeySet();

    /** Adds a mail host to a domain. */
    public FakeResolver mx(String domain, int preference, String host) {
        List<MailHost> all = new ArrayList<>();
        if (mailHosts(domain) instanceof Answer.Found<List<MailHost>>(List<MailHost> known, _)) {
            all.addAll(known);
        }
        all.add(new MailHost(preference, host));
        mailHosts.put(key(domain), new Answer.Found<>(List.copyOf(all)));
        return this;
    }

    /** States a host's addresses, as literals; the host then has no MX unless it got one. */
    public FakeResolver host(String host, String... literals) {
        List<InetAddress> found = Arrays.stream(literals).map(InetAddress::ofLiteral).toList();
        addresses.put(key(host), new Answer.Found<>(found));
        mailHosts.putIfAbsent(key(host), new Answer.Empty<>());
        return this;
    }

    /** No question about the name is answered until it is stated anew. */
    public FakeResolver silent(String name) {
        mailHosts.put(key(name), new Answer.Temporary<>("no answer for " + name));
        addresses.put(key(name), new Answer.Temporary<>("no answer for " + name));
        return this;
    }

    /** States the texts of a name. */
    public FakeResolver texts(String name, String first, String... more) {
        List<String> records = new ArrayList<>(List.of(first));
        records.addAll(List.of(more));
        return texts(name, new Answer.Found<>(List.copyOf(records)));
    }

    /** How questions for the texts of a name end. */
    public FakeResolver texts(String name, Answer<List<String>> answer) {
        texts.put(key(name), answer);
        return this;
    }

    /** States the names that an address claims. */
    public FakeResolver names(String literal, String... claimed) {
        names.put(InetAddress.ofLiteral(literal), new Answer.Found<>(List.of(claimed)));
        return this;
    }

    /** Answers about these names are proven from now on. */
    public FakeResolver proven(String... proven) {
        Arrays.stream(proven).map(FakeResolver::key).forEach(this.proven::add);
        return this;
    }

    /** States the TLSA records of a name such as {@code _25._tcp.mx.example.org}. */
    public FakeResolver tlsa(String name, Tlsa... records) {
        tlsa.put(key(name), new Answer.Found<>(List.of(records)));
        return this;
    }

    /** No question about the TLSA records of a name is answered, for such a reason. */
    public FakeResolver noTlsa(String name, Trouble trouble) {
        tlsa.put(key(name), new Answer.Temporary<>(trouble, "no answer for TLSA of " + name));
        return this;
    }

    /**
     * States that a host is an alias of another, whose addresses are stated.
     *
     * @param proven whether the alias is; its addresses are proven where the other's are too
     */
    public FakeResolver alias(String host, String of, boolean proven) {
        aliases.put(key(host), new Answer.Found<>(of, new Proof(proven, host)));
        return this;
    }

    private <T> Answer<T> prove(String name, Answer<T> answer) {
        boolean secure = proven.contains(key(name));
        return switch (answer) {
            case Answer.Found<T>(T value, _) when secure ->
                    new Answer.Found<>(value, new Proof(true, key(name)));
            case Answer.Empty<T> _ -> new Answer.Empty<>(secure);
            case Answer.NoSuchName<T> _ -> new Answer.NoSuchName<>(secure);
            default -> answer;
        };
    }

    @Override
    public Answer<List<Tlsa>> tlsa(String name) {
        return prove(name, tlsa.getOrDefault(key(name), new Answer.NoSuchName<>()));
    }

    @Override
    public Answer<String> alias(String name) {
        return aliases.getOrDefault(key(name), new Answer.Empty<>());
    }

    @Override
    public Answer<List<String>> names(InetAddress address) {
        return names.getOrDefault(address, new Answer.NoSuchName<>());
    }

    @Override
    public Answer<List<MailHost>> mailHosts(String domain) {
        return prove(domain, mailHosts.getOrDefault(key(domain), new Answer.NoSuchName<>()));
    }

    @Override
    public Answer<List<String>> texts(String name) {
        return texts.getOrDefault(key(name), new Answer.NoSuchName<>());
    }

    @Override
    public Answer<List<InetAddress>> addresses(String host) {
        if (aliases.get(key(host)) instanceof Answer.Found<String>(String end, Proof own)) {
            Answer<List<InetAddress>> there = addresses(end);
            return there instanceof Answer.Found<List<InetAddress>>(var found, Proof theirs)
                    ? new Answer.Found<>(
                            found, new Proof(own.secure() && theirs.secure(), key(end)))
                    : there;
        }
        return prove(host, addresses.getOrDefault(key(host), new Answer.NoSuchName<>()));
    }

    private static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}

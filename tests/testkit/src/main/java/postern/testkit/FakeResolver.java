package postern.testkit;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import postern.dns.Resolver;

/** A name service out of a table. What is not in it does not exist. Any thread. */
public final class FakeResolver implements Resolver {
    private final Map<String, Answer<List<MailHost>>> mailHosts = new ConcurrentHashMap<>();
    private final Map<InetAddress, Answer<List<String>>> names = new ConcurrentHashMap<>();
    private final Map<String, Answer<List<InetAddress>>> addresses = new ConcurrentHashMap<>();
    private final Map<String, Answer<List<String>>> texts = new ConcurrentHashMap<>();

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

    @Override
    public Answer<List<String>> names(InetAddress address) {
        return names.getOrDefault(address, new Answer.NoSuchName<>());
    }

    @Override
    public Answer<List<MailHost>> mailHosts(String domain) {
        return mailHosts.getOrDefault(key(domain), new Answer.NoSuchName<>());
    }

    @Override
    public Answer<List<String>> texts(String name) {
        return texts.getOrDefault(key(name), new Answer.NoSuchName<>());
    }

    @Override
    public Answer<List<InetAddress>> addresses(String host) {
        return addresses.getOrDefault(key(host), new Answer.NoSuchName<>());
    }

    private static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}

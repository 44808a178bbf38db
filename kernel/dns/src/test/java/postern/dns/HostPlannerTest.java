package postern.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import postern.dns.HostPlan.Target;
import postern.dns.HostPlanner.Manner;
import postern.dns.HostPlanner.Ourselves;
import postern.dns.Resolver.Answer;
import postern.dns.Resolver.MailHost;
import postern.dns.Resolver.Proof;
import postern.dns.Resolver.Service;
import postern.dns.Resolver.Trouble;
import postern.mail.Outcome;

class HostPlannerTest {
    private final Names names = new Names();
    private Manner manner = new Manner(25, true, List.of());

    /** What is not listed does not exist. */
    private static final class Names implements Resolver {
        final Map<String, Answer<List<MailHost>>> mx = new HashMap<>();
        final Map<String, Answer<List<InetAddress>>> addresses = new HashMap<>();
        final Map<String, Answer<List<Service>>> services = new HashMap<>();
        final List<String> asked = new ArrayList<>();

        @Override
        public Answer<List<MailHost>> mailHosts(String domain) {
            return mx.getOrDefault(domain, new Answer.NoSuchName<>());
        }

        @Override
        public Answer<List<InetAddress>> addresses(String host) {
            asked.add(host);
            return addresses.getOrDefault(host, new Answer.NoSuchName<>());
        }

        @Override
        public Answer<List<Service>> services(String name) {
            return services.getOrDefault(name, new Answer.NoSuchName<>());
        }

        void mx(String domain, MailHost... hosts) {
            mx.put(domain, new Answer.Found<>(List.of(hosts)));
        }

        void host(String host, String... texts) {
            List<InetAddress> found = new ArrayList<>();
            for (String text : texts) {
                found.add(InetAddress.ofLiteral(text));
            }
            addresses.put(host, new Answer.Found<>(found));
        }
    }

    private HostPlan plan(String nextHop, long seed) {
        Ourselves we =
                new Ourselves(
                        Set.of("mail.here.example"), Set.of(InetAddress.ofLiteral("192.0.2.99")));
        return new HostPlanner(names, new SplittableRandom(seed), we, manner).plan(nextHop);
    }

    private List<String> hosts(String nextHop) {
        return hosts(nextHop, 1);
    }

    private List<String> hosts(String nextHop, long seed) {
        assertThat(plan(nextHop, seed)).isInstanceOf(HostPlan.Hosts.class);
        return ((HostPlan.Hosts) plan(nextHop, seed)).targets().stream().map(Target::text).toList();
    }

    private Outcome nothing(String nextHop) {
        assertThat(plan(nextHop, 1)).isInstanceOf(HostPlan.Nothing.class);
        return ((HostPlan.Nothing) plan(nextHop, 1)).outcome();
    }

    private static MailHost mx(int preference, String host) {
        return new MailHost(preference, host);
    }

    @Test
    void lowerPreferenceComesFirst() {
        names.mx("d.example", mx(20, "b.example"), mx(10, "a.example"), mx(30, "c.example"));
        names.host("a.example", "192.0.2.1");
        names.host("b.example", "192.0.2.2");
        names.host("c.example", "2001:db8::3");
        assertThat(hosts("d.example"))
                .containsExactly(
                        "a.example[192.0.2.1]:25",
                        "b.example[192.0.2.2]:25",
                        "c.example[2001:db8::3]:25");
    }

    @Test
    void equalsComeInRandomOrder() {
        names.mx("d.example", mx(10, "a.example"), mx(10, "b.example"), mx(20, "c.example"));
        names.host("a.example", "192.0.2.1");
        names.host("b.example", "192.0.2.2");
        names.host("c.example", "192.0.2.3");
        Set<String> firsts = new HashSet<>();
        for (int seed = 0; seed < 30; seed++) {
            List<String> order = hosts("d.example", seed);
            firsts.add(order.getFirst());
            assertThat(order.getLast()).startsWith("c.example");
        }
        assertThat(firsts).hasSize(2);
    }

    @Test
    void withoutMxTheDomainItselfIsTheHost() {
        names.mx.put("d.example", new Answer.Empty<>());
        names.host("d.example", "192.0.2.1");
        assertThat(hosts("d.example")).containsExactly("d.example[192.0.2.1]:25");
    }

    @Test
    void withMxTheDomainItselfIsNever() {
        names.mx("d.example", mx(10, "gone.example"));
        names.host("d.example", "192.0.2.1");
        assertThat(nothing("d.example").status()).isEqualTo("5.4.4");
    }

    @Test
    void aHostWithoutAddressIsPassedOver() {
        names.mx("d.example", mx(10, "gone.example"), mx(20, "a.example"));
        names.host("a.example", "192.0.2.1");
        assertThat(hosts("d.example")).containsExactly("a.example[192.0.2.1]:25");
    }

    @Test
    void aHostThatCannotBeAskedNowDefersWhenItIsTheOnlyHope() {
        names.mx("d.example", mx(10, "gone.example"), mx(20, "a.example"));
        names.addresses.put("a.example", new Answer.Temporary<>("SERVFAIL"));
        assertThat(nothing("d.example"))
                .isEqualTo(new Outcome.Deferred("4.4.3", "SERVFAIL", Outcome.About.DESTINATION));
    }

    /** As Postfix, which warns of it: no host's name, but meant as one. */
    @Test
    void aMailHostMayBeWrittenAsAnAddress() {
        names.mx("d.example", mx(10, "192.0.2.7"), mx(20, "192.0.2.300"), mx(30, "192.0.2.99"));
        assertThat(hosts("d.example")).containsExactly("192.0.2.7[192.0.2.7]:25");
        assertThat(names.asked).containsOnly("192.0.2.300");
        names.mx("us.example", mx(10, "192.0.2.99"));
        assertThat(nothing("us.example").status()).isEqualTo("5.4.6");
    }

    @Test
    void aNullMxTakesNoMail() {
        names.mx("d.example", mx(0, ""));
        assertThat(nothing("d.example").status()).isEqualTo("5.1.10");
    }

    @Test
    void noSuchDomainIsPermanentAndNoAnswerIsNot() {
        names.mx.put("slow.example", new Answer.Temporary<>("no answer"));
        names.mx.put("mute.example", new Answer.Empty<>());
        names.addresses.put("mute.example", new Answer.Empty<>());
        assertThat(nothing("gone.example").status()).isEqualTo("5.1.2");
        assertThat(nothing("slow.example").status()).isEqualTo("4.4.3");
        assertThat(nothing("mute.example").status()).isEqualTo("5.4.4");
    }

    @ParameterizedTest
    @CsvSource({"mail.here.example, 192.0.2.5", "other.example, 192.0.2.99"})
    void hostsNoBetterThanOurselvesAreLeftOut(String own, String address) {
        names.mx(
                "d.example",
                mx(10, "a.example"),
                mx(20, own),
                mx(20, "e.example"),
                mx(30, "c.example"));
        names.host("a.example", "192.0.2.1");
        names.host(own, address);
        names.host("e.example", "192.0.2.2");
        names.host("c.example", "192.0.2.3");
        for (int seed = 0; seed < 10; seed++) {
            assertThat(hosts("d.example", seed)).containsExactly("a.example[192.0.2.1]:25");
        }
        names.mx("loop.example", mx(10, own), mx(30, "c.example"));
        assertThat(nothing("loop.example").status()).isEqualTo("5.4.6");
    }

    @Test
    void anotherPortIsNotOurselves() {
        names.mx("d.example", mx(10, "mail.here.example"));
        names.host("mail.here.example", "192.0.2.99");
        assertThat(hosts("d.example:2525")).containsExactly("mail.here.example[192.0.2.99]:2525");
    }

    @Test
    void fiveAddressesAreEnoughAndNotManyMoreAreAskedFor() {
        MailHost[] many = new MailHost[40];
        for (int i = 0; i < many.length; i++) {
            many[i] = mx(i, "h" + i + ".example");
            names.host("h" + i + ".example", "192.0.2." + i);
        }
        names.mx("d.example", many);
        assertThat(hosts("d.example")).hasSize(5).element(4).isEqualTo("h4.example[192.0.2.4]:25");
        assertThat(names.asked.size()).isLessThanOrEqualTo(2 * 10);
    }

    @ParameterizedTest
    @CsvSource({"10, 0, 5, 0", "0, 10, 0, 5", "6, 4, 4, 1", "4, 6, 4, 1", "1, 6, 1, 4"})
    void neitherKindOfAddressFillsTheListAlone(int four, int six, int fours, int sixes) {
        MailHost[] hosts = new MailHost[four + six]; // all of IPv4 come first
        for (int i = 0; i < hosts.length; i++) {
            hosts[i] = mx(i, "h" + i + ".example");
            names.host(hosts[i].host(), i < four ? "192.0.2." + i : "2001:db8::" + i);
        }
        names.mx("d.example", hosts);
        List<String> chosen = hosts("d.example");
        long colons = chosen.stream().filter(host -> host.contains("2001:")).count();
        assertThat(colons).isEqualTo(sixes);
        assertThat(chosen).hasSize(fours + sixes);
    }

    @Test
    void aHostWithManyOfBothKindsIsTriedByBoth() {
        names.mx("d.example", mx(10, "a.example"));
        names.host(
                "a.example",
                "192.0.2.1",
                "192.0.2.2",
                "192.0.2.3",
                "192.0.2.4",
                "192.0.2.5",
                "192.0.2.6",
                "2001:db8::1",
                "2001:db8::2");
        for (int seed = 0; seed < 20; seed++) {
            assertThat(hosts("d.example", seed))
                    .hasSize(5)
                    .anyMatch(host -> host.contains("2001:"))
                    .anyMatch(host -> host.contains("192.0"));
        }
    }

    @Test
    void servicesAreAskedForFirst() { // RFC 6186 §3, RFC 2782
        manner = new Manner(587, true, List.of("_submissions._tcp", "_submission._tcp"));
        names.mx("d.example", mx(10, "mx.example"));
        names.host("mx.example", "192.0.2.9");
        names.host("a.example", "192.0.2.1");
        names.host("b.example", "192.0.2.2");
        assertThat(hosts("d.example")).containsExactly("mx.example[192.0.2.9]:587");
        names.services.put(
                "_submission._tcp.d.example",
                new Answer.Found<>(
                        List.of(
                                new Service(20, 0, 587, "b.example"),
                                new Service(10, 5, 2587, "a.example"))));
        assertThat(hosts("d.example"))
                .containsExactly("a.example[192.0.2.1]:2587", "b.example[192.0.2.2]:587");
        assertThat(hosts("d.example:25")).containsExactly("mx.example[192.0.2.9]:25");
        names.services.put(
                "_submission._tcp.d.example",
                new Answer.Found<>(List.of(new Service(0, 0, 0, ""))));
        assertThat(nothing("d.example").status()).isEqualTo("5.4.4");
        names.services.put("_submissions._tcp.d.example", new Answer.Temporary<>("silence"));
        assertThat(nothing("d.example").status()).isEqualTo("4.4.3");
    }

    @Test
    void theHeavierServiceComesFirstMoreOften() {
        manner = new Manner(587, true, List.of("_submission._tcp"));
        names.host("a.example", "192.0.2.1");
        names.host("b.example", "192.0.2.2");
        names.services.put(
                "_submission._tcp.d.example",
                new Answer.Found<>(
                        List.of(
                                new Service(0, 90, 587, "a.example"),
                                new Service(0, 10, 587, "b.example"))));
        int first = 0;
        for (int seed = 0; seed < 400; seed++) {
            first += hosts("d.example", seed).getFirst().startsWith("a.") ? 1 : 0;
        }
        assertThat(first).isBetween(320, 399);
    }

    @Test
    void aForgedAnswerDefersAndSaysSo() {
        names.mx.put("d.example", new Answer.Temporary<>(Trouble.BOGUS, "false"));
        assertThat(nothing("d.example").status()).isEqualTo("4.7.5");
        assertThat(nothing("d.example")).isInstanceOf(Outcome.Deferred.class);
    }

    @Test
    void theTrailTellsWhatIsProven() {
        names.mx.put(
                "d.example",
                new Answer.Found<>(List.of(mx(10, "a.example")), new Proof(true, "d.example")));
        names.addresses.put(
                "a.example",
                new Answer.Found<>(
                        List.of(InetAddress.ofLiteral("192.0.2.1")),
                        new Proof(true, "real.example")));
        Target target = ((HostPlan.Hosts) plan("d.example", 1)).targets().getFirst();
        assertThat(target.trail())
                .isEqualTo(
                        new HostPlan.Trail(
                                "d.example", true, true, true, "real.example", "d.example"));
        names.host("a.example", "192.0.2.1");
        assertThat(((HostPlan.Hosts) plan("d.example", 1)).targets().getFirst().trail())
                .isEqualTo(new HostPlan.Trail("d.example", true, true, false, "", "d.example"));
    }

    @Test
    void aSocketIsAHost() {
        assertThat(hosts("unix:/run/lmtp")).containsExactly("/run/lmtp");
    }

    @Test
    void withoutMxADomainIsAHost() {
        manner = new Manner(24, false, List.of());
        names.mx("d.example", mx(10, "a.example"));
        names.host("d.example", "192.0.2.1");
        assertThat(hosts("d.example")).containsExactly("d.example[192.0.2.1]:24");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a.example|a.example",
                "[a]:25, b.example|[a]:25;b.example",
                " a  b,c |a;b;c",
            })
    void aRouteMayNameSeveral(String route, String each) {
        assertThat(String.join(";", NextHop.each(route))).isEqualTo(each);
    }

    @Test
    void hostsWithoutAnAddressAreNotAskedForWithoutEnd() {
        MailHost[] many = new MailHost[500];
        for (int i = 0; i < many.length; i++) {
            many[i] = mx(10, "gone" + i + ".example");
        }
        names.mx("d.example", many);
        plan("d.example", 1);
        assertThat(names.asked).hasSizeLessThanOrEqualTo(20);
    }

    @Test
    void bracketsMeanThatHostAlone() {
        names.mx("a.example", mx(10, "b.example"));
        names.host("a.example", "192.0.2.1");
        assertThat(hosts("[a.example]:2525")).containsExactly("a.example[192.0.2.1]:2525");
    }

    @Test
    void literalsAskNobody() {
        assertThat(hosts("[192.0.2.7]")).containsExactly("192.0.2.7[192.0.2.7]:25");
        assertThat(hosts("[IPv6:2001:db8::7]:26")).containsExactly("2001:db8::7[2001:db8::7]:26");
        assertThat(nothing("[X25:123]").status()).isEqualTo("5.1.2");
        assertThat(names.asked).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[a", "a:b"})
    void aFaultyRouteDefers(String nextHop) {
        assertThat(nothing(nextHop).status()).isEqualTo("4.3.5");
    }
}

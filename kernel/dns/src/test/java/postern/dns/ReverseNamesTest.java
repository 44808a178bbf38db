package postern.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReverseNamesTest {
    private static final InetAddress CLIENT = InetAddress.ofLiteral("192.0.2.1");

    private final Map<String, Resolver.Answer<List<InetAddress>>> addresses = new HashMap<>();
    private final List<String> asked = new ArrayList<>();
    private Resolver.Answer<List<String>> claimed = new Resolver.Answer.NoSuchName<>();

    private Optional<String> verified() {
        return ReverseNames.verified(
                CLIENT,
                new Resolver() {
                    @Override
                    public Answer<List<MailHost>> mailHosts(String domain) {
                        return new Answer.NoSuchName<>();
                    }

                    @Override
                    public Answer<List<InetAddress>> addresses(String host) {
                        asked.add(host);
                        return addresses.getOrDefault(host, new Answer.NoSuchName<>());
                    }

                    @Override
                    public Answer<List<String>> names(InetAddress address) {
                        return claimed;
                    }
                });
    }

    private void host(String name, String address) {
        addresses.put(name, new Resolver.Answer.Found<>(List.of(InetAddress.ofLiteral(address))));
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.7, 7.2.0.192.in-addr.arpa, 7.2.0.192.bl.test", // RFC 1035 §3.5
        "2001:db8::1, 1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa,"
                + "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.bl.test"
    })
    void anAddressIsANameBackwards(String address, String reverse, String listed) {
        InetAddress literal = InetAddress.ofLiteral(address);

        assertThat(ReverseNames.of(literal)).isEqualTo(reverse);
        assertThat(ReverseNames.under(literal, "bl.test")).isEqualTo(listed);
    }

    @Test
    void aNameCountsWhenItHasTheAddressToo() {
        claimed = new Resolver.Answer.Found<>(List.of("not.test", "Is.Test"));
        host("not.test", "192.0.2.2");
        host("Is.Test", "192.0.2.1");

        assertThat(verified()).contains("is.test");
    }

    @Test
    void aNameThatIsOnlyClaimedIsNone() {
        claimed = new Resolver.Answer.Found<>(List.of("not.test", "gone.test"));
        host("not.test", "192.0.2.2");

        assertThat(verified()).contains("");
    }

    @Test
    void whatCannotBeAskedNowIsNotTold() {
        claimed = new Resolver.Answer.Temporary<>("no answer");
        assertThat(verified()).isEmpty();

        claimed = new Resolver.Answer.Found<>(List.of("slow.test"));
        addresses.put("slow.test", new Resolver.Answer.Temporary<>("no answer"));
        assertThat(verified()).isEmpty();
    }

    @Test
    void oddNamesAndTooManyAreNotAskedFor() {
        List<String> names = new ArrayList<>(List.of("a b.test", "x\u0007.test"));
        for (int n = 0; n < 100; n++) {
            names.add("n" + n + ".test");
        }
        claimed = new Resolver.Answer.Found<>(names);

        assertThat(verified()).contains("");
        assertThat(asked).hasSize(6).doesNotContain("a b.test");
    }
}

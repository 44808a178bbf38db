package postern.anvil;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import postern.config.Settings;

class AnvilTest {
    private static final InetAddress CLIENT = InetAddress.ofLiteral("192.0.2.1");
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private long now = Long.MAX_VALUE - 5 * SECOND; // it wraps while we look

    private static Anvil anvil(int sessions, int networkLimit, int loginLimit, int clients) {
        AnvilConfig defaults = AnvilConfig.read(Settings.defaults(), sessions);
        Map<Deed, Integer> network = new EnumMap<>(Deed.class);
        Map<Deed, Integer> login = new EnumMap<>(Deed.class);
        for (Deed deed : Deed.values()) {
            network.put(deed, networkLimit);
            login.put(deed, loginLimit);
        }
        return new Anvil(
                new AnvilConfig(
                        defaults.interval(),
                        defaults.v4Bits(),
                        defaults.v6Bits(),
                        clients,
                        sessions,
                        network,
                        login));
    }

    private static Event act(Deed deed, InetAddress client, String login) {
        return new Event.Act(deed, Optional.of(client), login, false);
    }

    @ParameterizedTest
    @EnumSource(Deed.class)
    void aLimitHoldsForItsIntervalAndNoLonger(Deed deed) {
        Anvil anvil = anvil(9, 3, 0, 100);
        for (int n = 0; n < 3; n++) {
            assertThat(anvil.step(act(deed, CLIENT, ""), now)).isEqualTo(Verdict.FINE);
            now += 10 * SECOND;
        }
        assertThat(anvil.step(act(deed, CLIENT, ""), now))
                .isEqualTo(
                        new Verdict.TooMuch(
                                "too many "
                                        + deed.plural()
                                        + " from your network, more than 3 in a minute"));
        assertThat(anvil.step(act(deed, InetAddress.ofLiteral("192.0.2.2"), ""), now))
                .isEqualTo(Verdict.FINE);
        now += 60 * SECOND;
        assertThat(anvil.step(act(deed, CLIENT, ""), now)).isEqualTo(Verdict.FINE);
        assertThat(anvil.rate(deed, CLIENT, now)).isEqualTo(1);
    }

    /** The services take a login in any case. */
    @Test
    void aLoginIsOneHoweverItIsWritten() {
        Anvil anvil = anvil(9, 0, 2, 100);
        assertThat(anvil.step(act(Deed.AUTH_FAILURE, CLIENT, "ann"), now)).isEqualTo(Verdict.FINE);
        assertThat(anvil.step(act(Deed.AUTH_FAILURE, CLIENT, "aNN"), now)).isEqualTo(Verdict.FINE);
        assertThat(anvil.step(act(Deed.AUTH_FAILURE, CLIENT, "Ann"), now))
                .isInstanceOf(Verdict.TooMuch.class);
        assertThat(
                        anvil.step(
                                new Event.Look(
                                        Deed.AUTH_FAILURE, Optional.of(CLIENT), "ANN", false),
                                now))
                .isInstanceOf(Verdict.TooMuch.class);
    }

    @Test
    void sessionsAtOnce() {
        Anvil anvil = anvil(2, 0, 0, 100);
        Event begin = new Event.Begin(CLIENT, false);
        assertThat(anvil.step(begin, now)).isEqualTo(Verdict.FINE);
        assertThat(anvil.step(begin, now)).isEqualTo(Verdict.FINE);
        assertThat(anvil.step(begin, now))
                .isEqualTo(new Verdict.TooMuch("too many connections at once from your network"));
        assertThat(anvil.step(new Event.Begin(CLIENT, true), now)).isEqualTo(Verdict.FINE);
        anvil.step(new Event.End(CLIENT), now);
        anvil.step(new Event.End(CLIENT), now);
        assertThat(anvil.step(begin, now)).isEqualTo(Verdict.FINE);
        assertThat(anvil.busiest(9, now).getFirst().sessions()).isEqualTo(2);
        assertThat(anvil.busiest(9, now).getFirst().refused()).isEqualTo(1);
        now += 60 * SECOND;
        assertThat(anvil.busiest(9, now).getFirst().refused()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "2001:db8::1, 2001:db8::ffff:1, true",
        "2001:db8::1, 2001:db8:0:1::1, false",
        "192.0.2.1, 192.0.2.2, false",
    })
    void aNetworkIsAPrefix(String one, String other, boolean same) {
        Anvil anvil = anvil(1, 0, 0, 100);
        anvil.step(new Event.Begin(InetAddress.ofLiteral(one), false), now);

        assertThat(anvil.step(new Event.Begin(InetAddress.ofLiteral(other), false), now))
                .isInstanceOf(same ? Verdict.TooMuch.class : Verdict.Fine.class);
    }

    @ParameterizedTest
    @CsvSource({
        "2001:db8:1:2:3:4:5:6, 64, 2001:db8:1:2::/64",
        "2001:db8:1:2:3:4:5:6, 48, 2001:db8:1::/48",
        "2001:db8:1:2:3:4:5:6, 96, 2001:db8:1:2:3:4::/96",
        "2001:db8:1:2:3:4:5:6, 128, 2001:db8:1:2:3:4:5:6/128",
        "203.0.113.77, 32, 203.0.113.77/32",
        "203.0.113.77, 24, 203.0.113.0/24",
    })
    void aNetworkIsShownAsItIs(String address, int bits, String shown) {
        assertThat(Network.of(InetAddress.ofLiteral(address), bits).text()).isEqualTo(shown);
    }

    @Test
    void aLoginIsLimitedWhereverItComesFrom() {
        Anvil anvil = anvil(9, 0, 2, 100);
        for (int n = 1; n <= 2; n++) {
            InetAddress from = InetAddress.ofLiteral("198.51.100." + n);
            assertThat(anvil.step(act(Deed.AUTH_FAILURE, from, "ann"), now))
                    .isEqualTo(Verdict.FINE);
        }
        assertThat(anvil.step(act(Deed.AUTH_FAILURE, CLIENT, "ann"), now))
                .isInstanceOf(Verdict.TooMuch.class);
        assertThat(anvil.step(act(Deed.AUTH_FAILURE, CLIENT, "bob"), now)).isEqualTo(Verdict.FINE);
    }

    @Test
    void whatIsRememberedIsBounded() {
        Anvil anvil = anvil(1, 0, 0, 100);
        anvil.step(new Event.Begin(CLIENT, false), now);
        for (int n = 0; n < 10_000; n++) {
            InetAddress other = InetAddress.ofLiteral("10.0." + n / 250 + "." + n % 250);
            anvil.step(act(Deed.MESSAGE, other, "login" + n), now);
        }
        assertThat(anvil.known()).isEqualTo(200);
        assertThat(anvil.step(new Event.Begin(CLIENT, false), now))
                .as("one with an open session is not forgotten for those without")
                .isInstanceOf(Verdict.TooMuch.class);
    }

    @Test
    void sessionsAloneAreBoundedToo() {
        Anvil anvil = anvil(1, 0, 0, 100);
        for (int n = 0; n < 10_000; n++) {
            InetAddress other = InetAddress.ofLiteral("10.0." + n / 250 + "." + n % 250);
            anvil.step(new Event.Begin(other, false), now);
        }
        assertThat(anvil.known()).isEqualTo(100);
    }
}

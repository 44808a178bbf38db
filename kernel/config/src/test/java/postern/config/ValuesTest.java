package postern.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValuesTest {

    @ParameterizedTest
    @CsvSource({"500ms,500", "300s,300000", "5m,300000", "1h,3600000", "5d,432000000", "0s,0"})
    void durations(String text, long millis) {
        assertThat(Units.duration(text)).contains(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "s", "5", "5 s", "-5s", "5S", "1.5h", "5w", "99999999999999999999s"})
    void noDurations(String text) {
        assertThat(Units.duration(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"1048576,1048576", "10KiB,10240", "10MiB,10485760", "1GiB,1073741824"})
    void sizes(String text, long octets) {
        assertThat(Units.octets(text)).contains(octets);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "KiB", "10KB", "10kib", "-1", "999999999999999GiB"})
    void noSizes(String text) {
        assertThat(Units.octets(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"500ms", "45s", "7m", "3h", "5d"})
    void durationsAreWrittenAsTheyAreRead(String text) {
        assertThat(Units.text(Units.duration(text).orElseThrow())).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8,10.255.0.1,true",
        "10.0.0.0/8,11.0.0.0,false",
        "192.0.2.128/25,192.0.2.127,false",
        "192.0.2.128/25,192.0.2.255,true",
        "0.0.0.0/0,203.0.113.9,true",
        "192.0.2.1,192.0.2.1,true",
        "::/0,192.0.2.1,false",
        "2001:db8::/33,2001:db8:7fff::1,true",
        "2001:db8::/33,2001:db8:8000::1,false",
    })
    void networks(String network, String address, boolean inside) throws Exception {
        Cidr cidr = Cidr.parse(network).orElseThrow();
        assertThat(cidr.contains(InetAddress.getByName(address))).isEqualTo(inside);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/8",
                "10/8",
                "10.0.0.1/8",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "::/129",
                "localhost",
                "1.2.3",
                "fe80::1%eth0",
                "::ffff:1.2.3.4/128"
            })
    void noNetworks(String text) {
        assertThat(Cidr.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "25",
                "localhost:25",
                "::1:25",
                "[::1]",
                "[127.0.0.1]:25",
                "127.0.0.1:65536",
                "127.0.0.1:",
                "127.0.0.1:+5",
                "unix:"
            })
    void noEndpoints(String text) {
        assertThat(Endpoints.parse(text)).isEmpty();
    }

    @Test
    void endpoints() {
        assertThat(Endpoints.parse("127.0.0.1:2525").orElseThrow()).hasToString("[127.0.0.1]:2525");
        assertThat(Endpoints.parse("[::1]:25").orElseThrow()).hasToString("[::1]:25");
        assertThat(Endpoints.parse(":0")).isPresent();
        assertThat(Endpoints.parse("unix:/run/x").orElseThrow()).hasToString("/run/x");
    }

    @ParameterizedTest
    @CsvSource({"abc,abc,0", "abc,acb,1", "timout,timeout,1", "'',ab,2", "kitten,sitting,3"})
    void typos(String a, String b, int distance) {
        assertThat(Suggestions.distance(a, b)).isEqualTo(distance);
    }
}

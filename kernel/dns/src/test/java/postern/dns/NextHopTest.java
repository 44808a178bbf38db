package postern.dns;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NextHopTest {

    @ParameterizedTest
    @CsvSource({
        "example.org, example.org, 0, true",
        "example.org:2525, example.org, 2525, true",
        "[mx.example.org], mx.example.org, 0, false",
        "[mx.example.org]:26, mx.example.org, 26, false",
        "[192.0.2.1]:65535, 192.0.2.1, 65535, false",
        "[IPv6:2001:db8::1]:25, IPv6:2001:db8::1, 25, false",
        "[2001:db8::1], 2001:db8::1, 0, false",
    })
    void isRead(String text, String name, int port, boolean byMx) {
        assertThat(NextHop.parse(text)).contains(new NextHop(name, port, byMx));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[",
                "[]",
                "[a",
                "a:",
                ":25",
                "a:0",
                "a:65536",
                "a:-1",
                "a:2x",
                "[a]25",
                "[a]:",
                "[a]:123456",
                "[a] :25"
            })
    void otherTextIsRefused(String text) {
        assertThat(NextHop.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "[192.0.2.1], 192.0.2.1",
        "[ipv6:2001:db8::1], 2001:db8:0:0:0:0:0:1",
        "[IPv6:2001:db8::1]:24, 2001:db8:0:0:0:0:0:1",
        "[::1], 0:0:0:0:0:0:0:1",
    })
    void literalsAreAddresses(String text, String address) {
        assertThat(NextHop.parse(text).orElseThrow().literal().orElseThrow().getHostAddress())
                .isEqualTo(address);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "192.0.2.1",
                "[mx.example.org]",
                "[192.0.2]",
                "[1]",
                "[IPv6:192.0.2.1]",
                "[1.2.3.256]"
            })
    void othersAreNames(String text) {
        assertThat(NextHop.parse(text).orElseThrow().literal()).isEmpty();
    }
}

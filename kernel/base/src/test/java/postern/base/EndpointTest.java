package postern.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndpointTest {
    @ParameterizedTest // RFC 5952 §4
    @CsvSource({
        "192.0.2.1, 192.0.2.1",
        "0:0:0:0:0:0:0:0, ::",
        "0:0:0:0:0:0:0:1, ::1",
        "2001:db8:0:0:0:0:0:0, 2001:db8::",
        "2001:0DB8:0:0:0:0:2:1, 2001:db8::2:1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "0:0:1:2:3:4:5:6, ::1:2:3:4:5:6",
        "1:2:3:4:5:6:0:0, 1:2:3:4:5:6::",
        "fe80:0:0:0:aaaa:bbbb:cccc:dddd, fe80::aaaa:bbbb:cccc:dddd"
    })
    void addressesAreWrittenInShort(String address, String text) {
        InetAddress parsed = InetAddress.ofLiteral(address);
        assertThat(Endpoint.text(parsed)).isEqualTo(text);
        assertThat(InetAddress.ofLiteral(text)).isEqualTo(parsed);
        assertThat(new Endpoint.Tcp(parsed, 25)).hasToString("[" + text + "]:25");
    }
}

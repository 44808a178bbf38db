package postern.mail;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OriginTest {
    /** RFC 5321 §4.1.3: with a tag, but for IPv4. */
    @ParameterizedTest
    @CsvSource({"192.0.2.1, 192.0.2.1", "2001:db8::1, IPv6:2001:db8::1"})
    void anAddressIsTextAsTheTraceWritesIt(String address, String text) {
        assertThat(Origin.text(InetAddress.ofLiteral(address))).isEqualTo(text);
    }

    @Test
    void aZoneIsNotToldToOthers() throws UnknownHostException {
        byte[] octets = InetAddress.ofLiteral("fe80::1").getAddress();
        assertThat(Origin.text(Inet6Address.getByAddress(null, octets, 7)))
                .isEqualTo("IPv6:fe80::1");
    }
}

package postern.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

class ResolvConfTest {

    @Test
    void nameserversAreTakenInOrderAndTheRestIsPassedOver() {
        String text =
                """
                # comment
                search example.org
                nameserver 192.0.2.53
                nameserver\t2001:db8::53 ; here
                nameserver not-an-address
                nameserver
                options timeout:1
                """;
        assertThat(ResolvConf.parse(text))
                .containsExactly(
                        new InetSocketAddress(InetAddress.ofLiteral("192.0.2.53"), 53),
                        new InetSocketAddress(InetAddress.ofLiteral("2001:db8::53"), 53));
    }
}

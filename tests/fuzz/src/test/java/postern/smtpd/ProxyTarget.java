package postern.smtpd;

import java.io.IOException;
import postern.base.Endpoint;
import postern.testkit.ScriptPeer;
import postern.testkit.SimWorld;

/** The PROXY header, versions 1 and 2: a header, or an error. */
public final class ProxyTarget {
    private static final Endpoint THERE = new Endpoint.Tcp(SimWorld.address("192.0.2.1"), 25);

    private ProxyTarget() {}

    public static void fuzzerTestOneInput(byte[] input) {
        try {
            var unused = ProxyHeader.read(new ScriptPeer(THERE, input, 3));
        } catch (IOException malformed) {
            // so the balancer is hung up on
        }
    }
}

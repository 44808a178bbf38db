package postern.smtpd;

import postern.base.Endpoint;
import postern.base.LayeredPeer;
import postern.base.Peer;

/** The client behind a balancer: the balancer's connection under the client's address. */
final class ProxiedPeer extends LayeredPeer {
    private final ProxyHeader.Ends ends;

    ProxiedPeer(Peer balancer, ProxyHeader.Ends ends) {
        super(balancer);
        this.ends = ends;
    }

    @Override
    public Endpoint remote() {
        return ends.client();
    }

    @Override
    public Endpoint local() {
        return ends.server();
    }
}

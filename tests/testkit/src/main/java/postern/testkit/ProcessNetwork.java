package postern.testkit;

import java.io.IOException;
import java.time.Duration;
import postern.base.Endpoint;
import postern.base.Listener;
import postern.base.Network;
import postern.base.Peer;

/** The network as one process sees it. */
record ProcessNetwork(SimProcess process, SimNetwork network) implements Network {

    @Override
    public Peer connect(Endpoint target, Duration timeout) throws IOException {
        return network.connect(process, target, timeout);
    }

    @Override
    public Listener listen(Endpoint at) throws IOException {
        return network.listen(process, at);
    }
}

package postern.qmgr;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import postern.ipc.AgentClient;
import postern.ipc.LmtpClient;
import postern.mail.Delivery;
import postern.mail.DeliveryRequest;

/** Agents behind Unix sockets, one LMTP client for each transport. Any thread. */
public final class LmtpAgents implements Agents {
    private final Map<String, AgentClient> clients;

    /**
     * @param clients by transport name
     */
    public LmtpAgents(Map<String, AgentClient> clients) {
        this.clients = Map.copyOf(clients);
    }

    @Override
    public List<Delivery> deliver(String transport, DeliveryRequest request) throws IOException {
        AgentClient client = clients.get(transport);
        if (client == null) {
            throw new Unreachable("no agent is configured for transport " + transport);
        }
        try {
            return client.deliver(request);
        } catch (LmtpClient.Untouched untouched) {
            throw new Unreachable(String.valueOf(untouched.getMessage()), untouched);
        }
    }
}

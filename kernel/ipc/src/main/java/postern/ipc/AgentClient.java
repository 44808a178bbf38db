package postern.ipc;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import postern.mail.Delivery;
import postern.mail.DeliveryRequest;
import postern.wire.Reply;

/** qmgr's half of the hand-over to a delivery agent, which may be any LMTP server. Any thread. */
public final class AgentClient {
    private final LmtpClient client;

    public AgentClient(LmtpClient client) {
        this.client = client;
    }

    /**
     * Has the agent make one attempt: one delivery for each recipient, in order.
     *
     * @throws IOException the agent could not be asked, or went away: nothing is known, nothing is
     *     the destination's fault
     */
    public List<Delivery> deliver(DeliveryRequest request) throws IOException {
        List<Reply> replies =
                client.send(
                        Attributes.of(request.id(), request.nextHop(), request.origin()),
                        request.sender(),
                        request.options(),
                        request.recipients(),
                        request.content());
        String server = client.server().toString();
        List<Delivery> deliveries = new ArrayList<>(replies.size());
        for (Reply reply : replies) {
            deliveries.add(AgentReply.parse(reply, server));
        }
        return deliveries;
    }

    public void close() {
        client.close();
    }
}

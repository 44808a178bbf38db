package postern.dist;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import postern.base.system.SystemWorld;
import postern.mail.Content;
import postern.mail.ContentStore;
import postern.mail.Delivery;
import postern.mail.DeliveryAgent;
import postern.mail.DeliveryRequest;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Origin;
import postern.mail.Outcome;
import postern.mail.QueueId;
import postern.mail.Recipient;
import postern.mail.ReversePath;

/** Hands a message of eve@example.net to an agent, as qmgr does. */
final class Handed {
    private Handed() {}

    /**
     * One outcome for each recipient, in their order.
     *
     * @param folder where the message may lie meanwhile
     */
    static List<Outcome> to(
            DeliveryAgent agent,
            Path folder,
            MailOptions options,
            String message,
            List<Mailbox> recipients)
            throws IOException {
        return to(agent, folder, options, message, recipients, Origin.OURSELVES);
    }

    /** The same for a message that came from there. */
    static List<Outcome> to(
            DeliveryAgent agent,
            Path folder,
            MailOptions options,
            String message,
            List<Mailbox> recipients,
            Origin origin)
            throws IOException {
        byte[] octets = message.getBytes(StandardCharsets.UTF_8);
        var store = new ContentStore(SystemWorld.create("test").disk(), folder);
        var buffer = store.buffer(octets.length);
        buffer.append(octets, 0, octets.length);
        try (Content content = buffer.finish()) {
            var request =
                    new DeliveryRequest(
                            new QueueId(4711),
                            "hop.example",
                            ReversePath.of(Mailbox.of("eve", "example.net")),
                            options,
                            recipients.stream().map(Recipient::of).toList(),
                            content,
                            origin);
            return agent.deliver(request).stream().map(Delivery::outcome).toList();
        }
    }
}

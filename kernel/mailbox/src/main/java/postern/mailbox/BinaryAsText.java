package postern.mailbox;

import java.io.IOException;
import java.util.List;
import postern.mail.Content;
import postern.mail.ContentStore;
import postern.mail.Delivery;
import postern.mail.DeliveryAgent;
import postern.mail.DeliveryRequest;
import postern.mail.MailOptions.Body;
import postern.mail.Outcome;
import postern.mail.mime.SevenBit;

/**
 * Has messages of BODY=BINARYMIME delivered as text. The lines of a mailbox and of a command's
 * input end with LF, so what a bare CR or LF was could not be told from them any more; encoded, no
 * octet is lost (RFC 3030 §3). Any thread.
 */
public final class BinaryAsText implements DeliveryAgent {
    private final DeliveryAgent agent;
    private final ContentStore store;

    /**
     * @param agent is asked for all others as they are
     * @param store for what the messages become
     */
    public BinaryAsText(DeliveryAgent agent, ContentStore store) {
        this.agent = agent;
        this.store = store;
    }

    @Override
    public List<Delivery> deliver(DeliveryRequest request) {
        return request.options().body() == Body.BINARY_MIME
                ? converted(request)
                : agent.deliver(request);
    }

    @Override
    public boolean asksForOrigin() {
        return agent.asksForOrigin();
    }

    private List<Delivery> converted(DeliveryRequest request) {
        Content content = request.content();
        try {
            return switch (SevenBit.convert(content, store, false, SevenBit.DEPTH_MAX)) {
                case SevenBit.Result.Impossible(String why) ->
                        all(request, new Outcome.Bounced("5.6.3", "binary content, and " + why));
                case SevenBit.Result.Converted(Content text) -> {
                    try (text) {
                        yield agent.deliver(
                                request.with(
                                        request.sender(),
                                        request.options().with(Body.SEVEN_BIT),
                                        request.recipients(),
                                        text));
                    }
                }
            };
        } catch (IOException noRoom) {
            String why = "content cannot be converted: " + noRoom.getMessage();
            return all(request, new Outcome.Deferred("4.3.0", why, Outcome.About.MESSAGE));
        }
    }

    private static List<Delivery> all(DeliveryRequest request, Outcome outcome) {
        return request.recipients().stream()
                .map(_ -> new Delivery(outcome, Delivery.NOBODY))
                .toList();
    }
}

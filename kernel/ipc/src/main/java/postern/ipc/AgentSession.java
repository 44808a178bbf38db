package postern.ipc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import postern.mail.Content;
import postern.mail.ContentBuffer;
import postern.mail.ContentStore;
import postern.mail.DeliveryAgent;
import postern.mail.DeliveryRequest;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Origin;
import postern.mail.QueueId;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.wire.Reply;

/**
 * A delivery agent's half of the hand-over: collects the message, has it delivered, replies the
 * outcomes.
 */
public final class AgentSession implements LmtpSession {
    /** Recipients in one request. Origin: Postfix, default_destination_recipient_limit is 50. */
    private static final int RECIPIENTS_MAX = 1000;

    private static final Reply OK = Reply.of(250, "2.1.0", "Ok");
    private static final Reply RECIPIENT_OK = Reply.of(250, "2.1.5", "Ok");
    private static final Reply TOO_MANY = Reply.of(452, "4.5.3", "Too many recipients");
    private static final Reply NO_ORDER =
            Reply.of(501, "5.5.4", "XPOSTERN with ID and NEXTHOP is needed first");
    private static final Reply NOT_HERE = Reply.of(252, "2.0.0", "agents verify nobody");

    private final DeliveryAgent agent;
    private final ContentStore store;

    private @Nullable QueueId id;
    private String nextHop = "";
    private ReversePath sender = ReversePath.NOBODY;
    private Origin origin = Origin.OURSELVES;
    private MailOptions options = MailOptions.NONE;
    private long announced;
    private final List<Recipient> recipients = new ArrayList<>();
    private @Nullable ContentBuffer buffer;

    public AgentSession(DeliveryAgent agent, ContentStore store) {
        this.agent = agent;
        this.store = store;
    }

    @Override
    public Reply mail(Attributes attributes, ReversePath from, MailOptions asked, long octets) {
        abort();
        if (attributes.id().isEmpty() || attributes.text(Attributes.Name.NEXTHOP).isEmpty()) {
            return NO_ORDER;
        }
        id = attributes.id().get();
        nextHop = attributes.text(Attributes.Name.NEXTHOP);
        sender = from;
        origin = agent.asksForOrigin() ? attributes.origin() : Origin.OURSELVES;
        options = asked;
        announced = octets;
        return OK;
    }

    @Override
    public Reply rcpt(Recipient recipient) {
        if (recipients.size() >= RECIPIENTS_MAX) {
            return TOO_MANY;
        }
        recipients.add(recipient);
        return RECIPIENT_OK;
    }

    @Override
    public ByteBuffer room(int wanted) throws IOException {
        return open().room(wanted);
    }

    @Override
    public void filled(int octets) {
        open().filled(octets);
    }

    @Override
    public List<Reply> end() throws IOException {
        QueueId queueId = id;
        if (queueId == null) {
            throw new IOException("no transaction is open");
        }
        try (Content content = open().finish()) {
            buffer = null;
            var request =
                    new DeliveryRequest(
                            queueId, nextHop, sender, options, recipients, content, origin);
            return agent.deliver(request).stream().map(AgentReply::of).toList();
        } finally {
            abort();
        }
    }

    @Override
    public void abort() {
        ContentBuffer open = buffer;
        if (open != null) {
            open.close();
        }
        buffer = null;
        id = null;
        recipients.clear();
    }

    @Override
    public boolean asksForOrigin() {
        return agent.asksForOrigin();
    }

    @Override
    public Reply verify(Mailbox recipient) {
        return NOT_HERE;
    }

    private ContentBuffer open() {
        ContentBuffer open = buffer;
        if (open == null) {
            open = store.buffer(announced);
            buffer = open;
        }
        return open;
    }
}

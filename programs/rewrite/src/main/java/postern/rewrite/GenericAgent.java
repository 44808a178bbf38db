package postern.rewrite;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import postern.mail.Content;
import postern.mail.Delivery;
import postern.mail.DeliveryAgent;
import postern.mail.DeliveryRequest;
import postern.mail.Mailbox;
import postern.mail.Outcome;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.mail.Rewriter;
import postern.mail.WithHeader;
import postern.table.AddressSearch;
import postern.table.Tables;

/**
 * Stands before an agent that sends mail out of the house and gives addresses the form that the
 * outside knows: Postfix's smtp_generic_maps. Any thread.
 */
public final class GenericAgent implements DeliveryAgent {
    /** Header rewritten, in octets; a longer one goes as it is. */
    private static final int HEADER_OCTETS_MAX = 102_400;

    private final DeliveryAgent agent;
    private final AddressMapping generic;
    private final HeaderAddresses header;

    private GenericAgent(DeliveryAgent agent, AddressMapping generic, boolean signedToo) {
        this.agent = agent;
        this.generic = generic;
        this.header =
                new HeaderAddresses(
                        (mailbox, _) -> generic.mapOnce(mailbox), Optional.empty(), signedToo);
    }

    /** The agent itself where no generic table is configured. */
    public static DeliveryAgent before(
            DeliveryAgent agent, RewriteConfig domains, AddressingConfig config, Tables tables) {
        if (config.generic().isEmpty()) {
            return agent;
        }
        var search =
                new AddressSearch(
                        tables.get(config.generic()), domains::bare, domains.delimiters());
        return new GenericAgent(
                agent,
                new AddressMapping(search, new AddressText(domains.origin()), "rewrite.generic"),
                config.signedToo());
    }

    @Override
    public List<Delivery> deliver(DeliveryRequest request) {
        try {
            List<Recipient> recipients = new ArrayList<>(request.recipients().size());
            for (Recipient recipient : request.recipients()) {
                Mailbox mapped = generic.mapOnce(recipient.mailbox());
                recipients.add(new Recipient(mapped, recipient.wanted(), recipient.original()));
            }
            ReversePath sender =
                    request.sender() instanceof ReversePath.Sender(Mailbox mailbox)
                            ? ReversePath.of(generic.mapOnce(mailbox))
                            : request.sender();
            return agent.deliver(
                    request.with(
                            sender, request.options(), recipients, content(request.content())));
        } catch (Rewriter.Unanswered unanswered) {
            return put(request, unanswered.why());
        } catch (IOException unreadable) {
            return put(request, "queue file read error");
        }
    }

    @Override
    public boolean asksForOrigin() {
        return agent.asksForOrigin();
    }

    private static List<Delivery> put(DeliveryRequest request, String why) {
        var later = new Outcome.Deferred("4.3.0", why, Outcome.About.MESSAGE);
        return Collections.nCopies(
                request.recipients().size(), new Delivery(later, Delivery.NOBODY));
    }

    private Content content(Content content) throws IOException, Rewriter.Unanswered {
        byte[] start = new byte[(int) Math.min(HEADER_OCTETS_MAX, content.octets())];
        int done = 0;
        while (done < start.length) {
            int n = content.read(done, start, done, start.length - done);
            if (n < 0) {
                break;
            }
            done += n;
        }
        int end = WithHeader.end(start, done);
        if (end < 0) {
            return content;
        }
        byte[] fields = java.util.Arrays.copyOf(start, end);
        byte[] edited = header.edit(fields);
        return edited == fields ? content : new WithHeader(edited, content, end);
    }
}

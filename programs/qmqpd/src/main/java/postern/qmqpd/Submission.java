package postern.qmqpd;

import java.io.IOException;
import java.util.List;
import postern.mail.Content;
import postern.mail.MailOptions;
import postern.mail.Origin;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.wire.Reply;

/** Whoever takes responsibility for messages. Any thread. */
public interface Submission {

    /**
     * Hands a message over; a positive reply means that it is safe.
     *
     * @return one reply for each recipient, in order
     * @throws IOException what became of the message is not known
     */
    List<Reply> submit(
            Origin origin,
            ReversePath sender,
            MailOptions options,
            List<Recipient> recipients,
            Content content)
            throws IOException;
}

package postern.smtpd;

import java.io.IOException;
import java.util.List;
import postern.mail.Content;
import postern.mail.Domain;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Origin;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.wire.Reply;

/** Whoever takes responsibility for messages. Any thread. */
public interface Intake {

    /**
     * Hands a message over; a positive reply means that it is safe.
     *
     * @param held why the message waits for the operator once it is taken; empty where it does not
     * @return one reply for each recipient, in order
     * @throws IOException what became of the message is not known
     */
    List<Reply> submit(
            Origin origin,
            ReversePath sender,
            MailOptions options,
            List<Recipient> recipients,
            Content content,
            String held)
            throws IOException;

    /**
     * Has the mail for a domain tried now: RFC 1985.
     *
     * @param below for domains below it too
     * @return how many messages that are; -1 where it cannot be done
     * @throws IOException nobody answers
     */
    long wake(Domain domain, boolean below) throws IOException;

    /**
     * Whether mail for the address is taken: 250 it is ours and known, 252 its domain is not ours,
     * 550 it is ours and unknown, 451 that cannot be said now.
     */
    Reply verify(Mailbox recipient) throws IOException;
}

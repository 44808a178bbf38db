package postern.local;

import java.io.IOException;
import java.util.List;
import postern.mail.Content;
import postern.mail.MailOptions;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.wire.Reply;

/** Where a message goes on to other addresses: cleanup(8), as a message of its own. */
public interface Resubmission {

    /** The most recipients that one message is submitted with. */
    int RECIPIENTS_MAX = 1_000;

    /** One reply for each recipient; 250 says that it is on the disk. */
    List<Reply> submit(
            ReversePath sender, MailOptions options, List<Recipient> recipients, Content content)
            throws IOException;
}

package postern.command.sendmail;

import java.util.List;
import java.util.Optional;
import postern.mail.MailOptions;
import postern.mail.Recipient;

/**
 * What is to be sent: the envelope as the user gave it, and the beginning of the message.
 *
 * @param sender empty for {@code <>}
 * @param author who the From field names when there is none and {@code fullName} asks for one
 * @param envelopeId xtext
 * @param verp delimiters of XVERP; empty where it is not asked for
 * @param body octets behind the header that were read already
 * @param complete whether {@code body} is all of it
 */
record Letter(
        Optional<Address> sender,
        Address author,
        String fullName,
        List<Address> recipients,
        Recipient.Notify notices,
        MailOptions.Return returned,
        String envelopeId,
        String verp,
        Header header,
        byte[] body,
        boolean complete) {
    Letter {
        recipients = List.copyOf(recipients);
    }
}

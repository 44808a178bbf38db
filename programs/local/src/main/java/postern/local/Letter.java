package postern.local;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import postern.mail.Content;
import postern.mail.DeliveryRequest;
import postern.mail.Mailbox;
import postern.mail.Recipient;
import postern.mail.WithHeader;
import postern.mailbox.MessageText;
import postern.table.LocalNames;

/**
 * One message for one of its recipients.
 *
 * @param names what an extension is
 */
record Letter(DeliveryRequest request, Recipient recipient, LocalNames names) {

    Mailbox mailbox() {
        return recipient.mailbox();
    }

    /** What the address has behind the name, {@code user+extension}; empty when nothing. */
    String extension() {
        return names.extension(mailbox().localPart());
    }

    /** The address that the sender wrote, as far as it is known. */
    String original() {
        return recipient.originalAddress().orElseGet(() -> mailbox().toString());
    }

    /** The fields that a message gets on delivery, lines ended by LF. */
    byte[] prepended() {
        var fields = new StringBuilder(160);
        fields.append("Return-Path: <").append(request.sender()).append(">\n");
        if (!original().equalsIgnoreCase(mailbox().toString())) {
            fields.append("X-Original-To: ").append(original()).append('\n');
        }
        fields.append("Delivered-To: ").append(mailbox()).append('\n');
        return fields.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The message as an mbox or a command gets it: with the line that names the sender. */
    MessageText forCommand(Instant now) {
        byte[] from = MessageText.fromLine(request.sender(), now);
        byte[] fields = prepended();
        byte[] both = Arrays.copyOf(from, from.length + fields.length);
        System.arraycopy(fields, 0, both, from.length, fields.length);
        return new MessageText(both, request.content(), MessageText.Form.PLAIN);
    }

    /** The same message on its way to other addresses: the next time here is a loop. */
    Content forwarded() {
        return WithHeader.before(List.of("Delivered-To: " + mailbox()), request.content());
    }
}

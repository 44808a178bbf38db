package postern.smtp;

import java.io.IOException;
import java.util.function.Function;
import postern.mail.Content;
import postern.mail.Delivery;
import postern.mail.DeliveryRequest;
import postern.mail.MailOptions.Body;
import postern.mail.Outcome;
import postern.mail.Outcome.Bounced;
import postern.mail.ReversePath;

/**
 * What a message needs of a host before it is worth a command. Recipients that the host cannot
 * serve are bounced here; nothing is converted.
 */
final class Demands {
    private static final int BLOCK_OCTETS = 32 * 1024;

    private final DeliveryRequest request;
    private final Extensions extensions;
    private final Function<Outcome, Delivery> answer;

    Demands(DeliveryRequest request, Extensions extensions, Function<Outcome, Delivery> answer) {
        this.request = request;
        this.extensions = extensions;
        this.answer = answer;
    }

    /**
     * Bounces whom the host cannot serve.
     *
     * @throws IOException the content cannot be read
     */
    void settle(Answers answers) throws IOException {
        long octets = request.content().octets();
        if (extensions.octetsMax() > 0 && octets > extensions.octetsMax()) { // RFC 1870 §6.1
            bounce(
                    answers,
                    "5.3.4",
                    "message of "
                            + octets
                            + " octets is over the host's limit of "
                            + extensions.octetsMax());
        } else if (request.options().body() == Body.BINARY_MIME) { // RFC 3030 §3
            bounce(answers, "5.6.3", "binary content is not sent, nor converted");
        } else if (request.options().body() == Body.EIGHT_BIT_MIME
                && !extensions.offers("8BITMIME")
                && high(false)) { // RFC 6152 §3
            bounce(answers, "5.6.3", "content is 8bit, which the host does not take");
        } else if (!extensions.offers("SMTPUTF8")) {
            settleInternational(answers);
        }
    }

    private void bounce(Answers answers, String status, String why) {
        answers.settleOpen(answer.apply(new Bounced(status, why)));
    }

    /** RFC 6531 §3.2: without the extension such mail is not sent. */
    private void settleInternational(Answers answers) throws IOException {
        Outcome refused =
                new Bounced("5.6.7", "internationalized mail, which the host does not take");
        boolean sender =
                request.sender() instanceof ReversePath.Sender(var mailbox)
                        && mailbox.internationalized();
        if (sender || request.options().smtpUtf8() && high(true)) {
            answers.settleOpen(answer.apply(refused));
            return;
        }
        for (int place : answers.open()) {
            if (request.recipients().get(place).mailbox().internationalized()) {
                answers.settle(place, answer.apply(refused));
            }
        }
    }

    /** Whether the content, or its header alone, has octets beyond ASCII. */
    private boolean high(boolean headerOnly) throws IOException {
        Content content = request.content();
        byte[] block = new byte[Math.clamp(content.octets(), 1, BLOCK_OCTETS)];
        long at = 0;
        int newlines = 0; // CRLF CRLF ends the header
        while (true) {
            int n = content.read(at, block, 0, block.length);
            if (n < 0) {
                return false;
            }
            for (int i = 0; i < n; i++) {
                byte octet = block[i];
                if (octet < 0) {
                    return true;
                }
                if (octet == '\n') {
                    newlines++;
                } else if (octet != '\r') {
                    newlines = 0;
                }
                if (headerOnly && newlines == 2) {
                    return false;
                }
            }
            at += n;
        }
    }
}

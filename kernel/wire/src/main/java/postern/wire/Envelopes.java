package postern.wire;

import java.util.function.Predicate;
import postern.mail.MailOptions;
import postern.mail.Recipient;
import postern.mail.ReversePath;

/**
 * The MAIL and RCPT commands as a client writes them, with the parameters that the server offers.
 */
public final class Envelopes {
    private Envelopes() {}

    /**
     * {@code MAIL FROM:<...>} with its parameters, without CRLF.
     *
     * @param octets size of the content, for SIZE (RFC 1870)
     * @param offers whether the server's EHLO or LHLO named the extension
     */
    public static String mail(
            ReversePath sender, MailOptions options, long octets, Predicate<String> offers) {
        return mail(sender.toString(), options, octets, offers);
    }

    /** The same with what stands between the brackets: where mail is submitted, a bare name may. */
    public static String mail(
            String sender, MailOptions options, long octets, Predicate<String> offers) {
        StringBuilder line = new StringBuilder(96).append("MAIL FROM:<").append(sender).append('>');
        if (offers.test("SIZE")) {
            line.append(" SIZE=").append(octets);
        }
        switch (options.body()) {
            case SEVEN_BIT -> {}
            case EIGHT_BIT_MIME -> line.append(offers.test("8BITMIME") ? " BODY=8BITMIME" : "");
            case BINARY_MIME -> line.append(offers.test("BINARYMIME") ? " BODY=BINARYMIME" : "");
        }
        if (options.smtpUtf8() && offers.test("SMTPUTF8")) {
            line.append(" SMTPUTF8");
        }
        if (offers.test("DSN")) {
            switch (options.returned()) {
                case UNSTATED -> {}
                case FULL -> line.append(" RET=FULL");
                case HEADERS -> line.append(" RET=HDRS");
            }
            if (!options.envelopeId().isEmpty()) {
                line.append(" ENVID=").append(options.envelopeId());
            }
        }
        if (!options.terms().verp().isEmpty() && offers.test("XVERP")) {
            line.append(" XVERP=").append(options.terms().verp());
        }
        return line.toString();
    }

    /**
     * {@code RCPT TO:<...>}, without CRLF; with NOTIFY and ORCPT where the server offers DSN (RFC
     * 3461 §4), and an ORCPT beyond ASCII in ASCII where it does not offer SMTPUTF8 (RFC 6533 §3).
     *
     * @param offers whether the server's EHLO or LHLO named the extension
     */
    public static String rcpt(Recipient recipient, Predicate<String> offers) {
        return rcpt(recipient.mailbox().toString(), recipient, offers);
    }

    /** The same with what stands between the brackets: where mail is submitted, a bare name may. */
    public static String rcpt(String address, Recipient recipient, Predicate<String> offers) {
        StringBuilder line = new StringBuilder(64).append("RCPT TO:<").append(address).append('>');
        if (offers.test("DSN")) {
            if (recipient.wanted().stated()) {
                line.append(" NOTIFY=").append(recipient.wanted().text());
            }
            if (!recipient.original().isEmpty()) {
                boolean utf8 = offers.test("SMTPUTF8");
                String original = utf8 ? recipient.original() : recipient.originalInAscii();
                if (original.length() <= Recipient.ORIGINAL_OCTETS_MAX) {
                    line.append(" ORCPT=").append(original);
                }
            }
        }
        return line.toString();
    }
}

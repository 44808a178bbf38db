package postern.wire;

import postern.mail.MailOptions;
import postern.mail.Recipient;
import postern.mail.ReversePath;

/** One command, as the grammar of RFC 5321 §4.1.1 and its extensions yields it. */
public sealed interface SmtpCommand {

    /** The ways to say hello; each ends a transaction that was open (RFC 5321 §4.1.4). */
    enum Greeting {
        HELO,
        EHLO,
        LHLO // RFC 2033 §4.1
    }

    /** RFC 5321 §4.1.1.1. */
    record Hello(Greeting greeting, String client) implements SmtpCommand {}

    /**
     * RFC 5321 §4.1.1.2.
     *
     * @param size what SIZE announced (RFC 1870), 0 when it did not; {@link Long#MAX_VALUE} stands
     *     for more than fits
     * @param wishes what is not granted by offering the basics
     */
    record Mail(ReversePath from, MailOptions options, long size, Wishes wishes)
            implements SmtpCommand {
        public Mail(ReversePath from, MailOptions options, long size) {
            this(from, options, size, Wishes.NONE);
        }
    }

    /** RFC 5321 §4.1.1.3. */
    record Rcpt(Recipient to) implements SmtpCommand {}

    /** RFC 5321 §4.1.1.4. */
    record Data() implements SmtpCommand {}

    /** RFC 3030 §2: so many octets of content follow the command at once. */
    record Bdat(long octets, boolean last) implements SmtpCommand {}

    /** RFC 5321 §4.1.1.5. */
    record Rset() implements SmtpCommand {}

    /** RFC 5321 §4.1.1.6. */
    record Vrfy(String whom) implements SmtpCommand {}

    /** RFC 5321 §4.1.1.7. */
    record Expn(String list) implements SmtpCommand {}

    /** RFC 5321 §4.1.1.8. */
    record Help() implements SmtpCommand {}

    /** RFC 5321 §4.1.1.9. */
    record Noop() implements SmtpCommand {}

    /** RFC 5321 §4.1.1.10. */
    record Quit() implements SmtpCommand {}

    /**
     * RFC 4954 §4.
     *
     * @param mechanism in upper case
     * @param response the initial response as it came, base64 or {@code =}; empty when none was
     *     given
     */
    record Auth(String mechanism, String response) implements SmtpCommand {}

    /** RFC 3207 §4. */
    record StartTls() implements SmtpCommand {}

    /** What a trusted proxy says about the client it speaks for; the attributes as they came. */
    record Xclient(String attributes) implements SmtpCommand {}

    /**
     * What a trusted program says of a message's origin, for the log; the attributes as they came.
     */
    record Xforward(String attributes) implements SmtpCommand {}

    /**
     * RFC 1985 §5: mail for that name is wanted now.
     *
     * @param node the name as it came, perhaps with {@code @} or {@code #} before it
     */
    record Etrn(String node) implements SmtpCommand {}

    /** HTTP. A browser was made to speak to us; nothing else it says is meant for us. */
    record Foreign() implements SmtpCommand {}

    /** What a line turned out to be; a refusal carries the very reply to send. */
    sealed interface Parsed {
        record Command(SmtpCommand command) implements Parsed {}

        /**
         * The line is no command of ours.
         *
         * @param verb what it seemed to be, for the counts: a known verb in lower case, or {@code
         *     unknown}
         */
        record Refused(Reply reply, String verb) implements Parsed {}
    }
}

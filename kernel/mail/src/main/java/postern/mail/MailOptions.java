package postern.mail;

/**
 * What the MAIL command asked for beside the reverse-path.
 *
 * @param body RFC 6152 and RFC 3030
 * @param smtpUtf8 RFC 6531: addresses or headers are internationalized
 * @param returned what a failure notice gives back: RFC 3461 §4.3
 * @param envelopeId ENVID as it came (xtext, RFC 3461 §4.4); empty when none was given
 */
public record MailOptions(
        Body body, boolean smtpUtf8, Return returned, String envelopeId, Terms terms) {
    /** Longest ENVID parameter in octets: RFC 3461 §5.1. */
    public static final int ENVELOPE_ID_OCTETS_MAX = 100;

    public static final MailOptions NONE =
            new MailOptions(Body.SEVEN_BIT, false, Return.UNSTATED, "");

    /** On ordinary terms. */
    public MailOptions(Body body, boolean smtpUtf8, Return returned, String envelopeId) {
        this(body, smtpUtf8, returned, envelopeId, Terms.NONE);
    }

    public MailOptions with(Terms others) {
        return new MailOptions(body, smtpUtf8, returned, envelopeId, others);
    }

    /** The same of content in another form. */
    public MailOptions with(Body other) {
        return new MailOptions(other, smtpUtf8, returned, envelopeId, terms);
    }

    public enum Body {
        SEVEN_BIT,
        EIGHT_BIT_MIME,
        BINARY_MIME
    }

    public enum Return {
        UNSTATED,
        FULL,
        HEADERS
    }
}

package postern.wire;

import java.util.Optional;
import postern.mail.AddressParser;
import postern.mail.MailOptions;
import postern.mail.MailOptions.Body;
import postern.mail.MailOptions.Return;
import postern.mail.ReversePath;
import postern.mail.Xtext;
import postern.wire.CommandParser.Refusal;

/** What may follow the path of MAIL; each at most once. */
final class MailParameters {
    private final Cursor rest;
    private int seen; // a bit for each keyword
    private long size;
    private Body body = Body.SEVEN_BIT;
    private boolean smtpUtf8;
    private Return returned = Return.UNSTATED;
    private String envelopeId = "";

    MailParameters(Cursor rest) {
        this.rest = rest;
    }

    SmtpCommand.Mail parse(ReversePath from) throws Refusal {
        for (Optional<Parameter> next = Parameter.next(rest);
                next.isPresent();
                next = Parameter.next(rest)) {
            take(next.get());
        }
        return new SmtpCommand.Mail(
                from, new MailOptions(body, smtpUtf8, returned, envelopeId), size);
    }

    private void take(Parameter parameter) throws Refusal {
        String value = parameter.value();
        switch (parameter.keyword()) {
            case "SIZE" -> { // RFC 1870 §6.1
                once(1, parameter);
                size = Cursor.number(value);
                parameter.require(size >= 0);
            }
            case "BODY" -> { // RFC 6152 §3; BINARYMIME (RFC 3030 §3) is not offered
                once(2, parameter);
                if (value.equalsIgnoreCase("8BITMIME")) {
                    body = Body.EIGHT_BIT_MIME;
                } else {
                    parameter.require(value.equalsIgnoreCase("7BIT"));
                }
            }
            case "SMTPUTF8" -> { // RFC 6531 §3.4: takes no value
                once(4, parameter);
                parameter.require(value.isEmpty());
                smtpUtf8 = true;
            }
            case "RET" -> { // RFC 3461 §4.3
                once(8, parameter);
                boolean full = value.equalsIgnoreCase("FULL");
                parameter.require(full || value.equalsIgnoreCase("HDRS"));
                returned = full ? Return.FULL : Return.HEADERS;
            }
            case "ENVID" -> { // RFC 3461 §4.4
                once(16, parameter);
                parameter.require(
                        !value.isEmpty()
                                && value.length() <= MailOptions.ENVELOPE_ID_OCTETS_MAX
                                && parameter.xtext());
                envelopeId = value;
            }
            case "AUTH" -> { // RFC 4954 §5: whoever says so is not believed, but must be well
                // formed
                once(32, parameter);
                parameter.require(submitter(value));
            }
            default -> throw parameter.unknown();
        }
    }

    private void once(int bit, Parameter parameter) throws Refusal {
        parameter.require((seen & bit) == 0);
        seen |= bit;
    }

    private static boolean submitter(String value) {
        return value.equals("<>")
                || Xtext.decode(value)
                        .map(AddressParser::mailbox)
                        .filter(AddressParser.Parsed.Address.class::isInstance)
                        .isPresent();
    }
}

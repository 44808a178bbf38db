package postern.wire;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import postern.mail.AddressParser;
import postern.mail.MailOptions;
import postern.mail.MailOptions.Body;
import postern.mail.MailOptions.Return;
import postern.mail.ReversePath;
import postern.mail.Terms.Deadline;
import postern.mail.Verp;
import postern.mail.Xtext;
import postern.wire.CommandParser.Refusal;
import postern.wire.Wishes.Extension;

/** What may follow the path of MAIL; each at most once. */
final class MailParameters {
    /** RFC 2852 §4, RFC 4865 §3. */
    private static final int SECONDS_DIGITS_MAX = 9;

    /** {@code 2026-11-21T12:00:00.123456789Z}. */
    private static final int DATE_CHARS_MAX = 30;

    private final Cursor rest;
    private int seen; // a bit for each keyword
    private long size;
    private Body body = Body.SEVEN_BIT;
    private boolean smtpUtf8;
    private Return returned = Return.UNSTATED;
    private String envelopeId = "";
    private Set<Extension> asked = Set.of();
    private Wishes.Hold hold = Wishes.Hold.NOT;
    private Wishes.Within within = Wishes.Within.WHENEVER;
    private int priority;
    private String verp = "";

    MailParameters(Cursor rest) {
        this.rest = rest;
    }

    SmtpCommand.Mail parse(ReversePath from) throws Refusal {
        for (Optional<Parameter> next = Parameter.next(rest);
                next.isPresent();
                next = Parameter.next(rest)) {
            take(next.get());
        }
        if (!verp.isEmpty() && from instanceof ReversePath.Nobody) {
            throw new Refusal(Reply.of(503, "5.5.4", "XVERP needs a sender"));
        }
        return new SmtpCommand.Mail(
                from,
                new MailOptions(body, smtpUtf8, returned, envelopeId),
                size,
                asked.isEmpty() ? Wishes.NONE : new Wishes(asked, hold, within, priority, verp));
    }

    private void take(Parameter parameter) throws Refusal {
        String value = parameter.value();
        switch (parameter.keyword()) {
            case "SIZE" -> { // RFC 1870 §6.1
                once(1, parameter);
                size = Cursor.number(value);
                parameter.require(size >= 0);
            }
            case "BODY" -> { // RFC 6152 §3
                once(2, parameter);
                if (value.equalsIgnoreCase("8BITMIME")) {
                    body = Body.EIGHT_BIT_MIME;
                } else if (value.equalsIgnoreCase("BINARYMIME")) { // RFC 3030 §3
                    ask(Extension.BINARYMIME);
                    body = Body.BINARY_MIME;
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
            default -> takeTerm(parameter);
        }
    }

    private void takeTerm(Parameter parameter) throws Refusal {
        String value = parameter.value();
        switch (parameter.keyword()) {
            case "BY" -> { // RFC 2852 §4
                once(64, parameter);
                ask(Extension.DELIVERBY);
                within = within(parameter);
            }
            case "HOLDFOR" -> { // RFC 4865 §3; this or the next: §4.2 item 9
                once(128, parameter);
                ask(Extension.FUTURERELEASE);
                parameter.require(value.length() <= SECONDS_DIGITS_MAX);
                long seconds = Cursor.number(value);
                parameter.require(seconds > 0);
                hold = new Wishes.Hold.For(seconds);
            }
            case "HOLDUNTIL" -> {
                once(128, parameter);
                ask(Extension.FUTURERELEASE);
                hold = until(parameter);
            }
            case "MT-PRIORITY" -> { // RFC 6710 §7
                once(256, parameter);
                ask(Extension.MT_PRIORITY);
                int digit = value.startsWith("-") ? 1 : 0;
                parameter.require(
                        value.length() == digit + 1
                                && value.charAt(digit) >= (digit == 1 ? '1' : '0')
                                && value.charAt(digit) <= '9');
                priority = Integer.parseInt(value);
            }
            case "REQUIRETLS" -> { // RFC 8689 §2: takes no value
                once(512, parameter);
                ask(Extension.REQUIRETLS);
                parameter.require(value.isEmpty());
            }
            case Parameter.XVERP -> {
                once(1024, parameter);
                ask(Extension.XVERP);
                verp = value.isEmpty() ? Verp.DELIMITERS : value;
                parameter.require(Verp.delimiters(verp));
            }
            default -> throw parameter.unknown();
        }
    }

    /** {@code ["-" / "+"]1*9digit ";" ("N" / "R") ["T"]}. */
    private static Wishes.Within within(Parameter parameter) throws Refusal {
        String value = parameter.value().toUpperCase(Locale.ROOT);
        int semicolon = value.indexOf(';');
        int sign = value.startsWith("-") || value.startsWith("+") ? 1 : 0;
        parameter.require(semicolon > sign && semicolon - sign <= SECONDS_DIGITS_MAX);
        long seconds = Cursor.number(value.substring(sign, semicolon));
        String how = value.substring(semicolon + 1);
        boolean trace = how.length() == 2 && how.charAt(1) == 'T';
        boolean returns = how.startsWith("R");
        parameter.require(
                seconds >= 0 && (how.length() == 1 || trace) && (returns || how.startsWith("N")));
        parameter.require(!returns || seconds > 0 && value.charAt(0) != '-');
        return new Wishes.Within.Seconds(
                value.charAt(0) == '-' ? -seconds : seconds,
                returns ? Deadline.Mode.RETURN : Deadline.Mode.NOTIFY,
                trace);
    }

    /** {@code Internet-style-date-time-UTC}: RFC 4865 §3. */
    private static Wishes.Hold until(Parameter parameter) throws Refusal {
        String value = parameter.value().toUpperCase(Locale.ROOT);
        parameter.require(value.endsWith("Z") && value.length() <= DATE_CHARS_MAX);
        try {
            return new Wishes.Hold.Until(Instant.parse(value), value);
        } catch (DateTimeException malformed) {
            throw parameter.malformed();
        }
    }

    private void ask(Extension extension) {
        Set<Extension> more = EnumSet.of(extension);
        more.addAll(asked);
        asked = more;
    }

    private void once(int bit, Parameter parameter) throws Refusal {
        parameter.require((seen & bit) == 0);
        seen |= bit;
    }

    private static boolean submitter(String value) {
        return Xtext.decode(value)
                .filter(
                        who ->
                                who.equals("<>")
                                        || AddressParser.mailbox(who)
                                                instanceof AddressParser.Parsed.Address)
                .isPresent();
    }
}

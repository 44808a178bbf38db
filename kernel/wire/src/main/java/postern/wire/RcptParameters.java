package postern.wire;

import java.util.Optional;
import postern.mail.Mailbox;
import postern.mail.Recipient;
import postern.mail.Recipient.Notify;
import postern.wire.CommandParser.Refusal;

/** What may follow the path of RCPT, each at most once: NOTIFY and ORCPT of RFC 3461. */
final class RcptParameters {
    private RcptParameters() {}

    static Recipient parse(Mailbox mailbox, Cursor rest) throws Refusal {
        Notify wanted = Notify.DEFAULT;
        String original = "";
        for (Optional<Parameter> next = Parameter.next(rest);
                next.isPresent();
                next = Parameter.next(rest)) {
            Parameter parameter = next.get();
            switch (parameter.keyword()) {
                case "NOTIFY" -> {
                    parameter.require(!wanted.stated());
                    wanted = wanted(parameter);
                }
                case "ORCPT" -> {
                    parameter.require(original.isEmpty() && original(parameter));
                    original = parameter.value();
                }
                default -> throw parameter.unknown();
            }
        }
        return new Recipient(mailbox, wanted, original);
    }

    /** RFC 3461 §4.1: {@code NEVER}, or any of the three. */
    private static Notify wanted(Parameter parameter) throws Refusal {
        String value = parameter.value();
        if (value.equalsIgnoreCase("NEVER")) {
            return Notify.NEVER;
        }
        boolean success = false;
        boolean failure = false;
        boolean delay = false;
        int start = 0;
        while (start <= value.length()) {
            int comma = value.indexOf(',', start);
            int end = comma < 0 ? value.length() : comma;
            String word = value.substring(start, end);
            if (word.equalsIgnoreCase("SUCCESS")) {
                success = true;
            } else if (word.equalsIgnoreCase("FAILURE")) {
                failure = true;
            } else {
                parameter.require(word.equalsIgnoreCase("DELAY"));
                delay = true;
            }
            start = end + 1;
        }
        return new Notify(true, success, failure, delay);
    }

    /** RFC 3461 §4.2: {@code addr-type ";" xtext}; RFC 6533 §3 writes {@code utf-8} unencoded. */
    private static boolean original(Parameter parameter) {
        String value = parameter.value();
        int semicolon = value.indexOf(';');
        if (semicolon <= 0
                || semicolon == value.length() - 1
                || value.length() > Recipient.ORIGINAL_OCTETS_MAX) {
            return false;
        }
        for (int i = 0; i < semicolon; i++) {
            if (!Mailbox.atext(value.charAt(i)) || value.charAt(i) >= 0x80) {
                return false;
            }
        }
        return Recipient.originalIsUtf8(value)
                || new Parameter("ORCPT", value.substring(semicolon + 1)).xtext();
    }
}

package postern.rewrite;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import postern.mail.Domain;
import postern.mail.Route;

/** Reads {@code transport:nexthop} as transport(5) writes it. */
final class TransportRule {
    private static final Pattern STATUS =
            Pattern.compile("([45]\\.[0-9]{1,3}\\.[0-9]{1,3})(?:\\s+(.*))?");

    /** RFC 3463: mailing list or system is not accepting; what Postfix's error(8) says. */
    private static final String REFUSED = "5.0.0";

    private static final String LATER = "4.0.0";

    private TransportRule() {}

    /**
     * @param text as the table has it
     * @param domain next hop where the text names none
     * @param otherwise the route of the address' class: what an empty text leaves in force
     */
    static Route parse(String text, Domain domain, Route.To otherwise) {
        String rule = text.strip();
        int colon = rule.indexOf(':');
        String transport = colon < 0 ? rule : rule.substring(0, colon);
        String rest = colon < 0 ? "" : rule.substring(colon + 1).strip();
        return switch (transport) {
            case "error" -> refusal(rest);
            case "retry" -> {
                Status status = Status.of(rest, LATER);
                yield new Route.Retry(
                        status.code.startsWith("4.") ? status.code : LATER,
                        status.text.isEmpty() ? "mail transport unavailable" : status.text);
            }
            case "discard" -> new Route.Discard(rest.isEmpty() ? "discarded" : rest);
            case "hold" -> new Route.Hold(rest.isEmpty() ? "by its route" : rest, otherwise);
            case "" -> rest.isEmpty() ? otherwise : new Route.To(otherwise.transport(), rest);
            default -> new Route.To(transport, rest.isEmpty() ? domain.text() : rest);
        };
    }

    /** {@code error:4.7.1 text} puts off: who writes it does not mean to lose mail. */
    private static Route refusal(String rest) {
        Status status = Status.of(rest, REFUSED);
        String text = status.text.isEmpty() ? "mail for this address is refused" : status.text;
        return status.code.startsWith("4.")
                ? new Route.Retry(status.code, text)
                : new Route.Refused(status.code, text);
    }

    private record Status(String code, String text) {
        static Status of(String rest, String byDefault) {
            Matcher matcher = STATUS.matcher(rest);
            if (!matcher.matches()) {
                return new Status(byDefault, rest);
            }
            String text = matcher.group(2);
            return new Status(matcher.group(1), text == null ? "" : text);
        }
    }
}

package postern.smtp;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import postern.mail.DeliveryRequest;
import postern.mail.Origin;
import postern.mail.Xtext;

/**
 * The XFORWARD command of Postfix, towards hosts that the operator trusts with it: where the next
 * message came from, for their logs.
 */
final class Xforward {
    private static final String UNAVAILABLE = "[UNAVAILABLE]";

    /** Longest value, decoded. Figure from Postfix's XFORWARD_README. */
    private static final int VALUE_CHARS_MAX = 255;

    /** Longest command line, as RFC 5321 §4.5.3.1.4 has it without extensions. */
    private static final int LINE_OCTETS_MAX = 510;

    private Xforward() {}

    /**
     * The commands, each within a line's bounds; none where the host names no attribute.
     *
     * @param wanted attributes that the host names
     */
    static List<String> commands(DeliveryRequest request, Set<String> wanted) {
        Origin origin = request.origin();
        boolean remote = !origin.clientAddress().isEmpty();
        List<String> pairs = new ArrayList<>();
        for (String name : List.of("NAME", "ADDR", "PORT", "PROTO", "HELO", "IDENT", "SOURCE")) {
            if (wanted.contains(name)) {
                String value =
                        switch (name) {
                            case "NAME" -> remote ? origin.clientName() : "";
                            case "ADDR" -> origin.clientAddress();
                            case "PROTO" -> remote ? protocol(origin.protocol()) : "";
                            case "HELO" -> remote ? origin.helo() : "";
                            case "IDENT" -> request.id().text();
                            case "SOURCE" -> remote ? "REMOTE" : "LOCAL";
                            default -> ""; // the hand-over knows no port
                        };
                pairs.add(name + "=" + written(value));
            }
        }
        return lines(pairs);
    }

    /** TLS and AUTH are no protocols to Postfix. */
    private static String protocol(String with) {
        return with.startsWith("ESMTP") ? "ESMTP" : with.startsWith("SMTP") ? "SMTP" : with;
    }

    private static String written(String value) {
        String text = value.isEmpty() || value.length() > VALUE_CHARS_MAX ? UNAVAILABLE : value;
        String xtext = Xtext.encode(text);
        return xtext.length() > LINE_OCTETS_MAX / 2 ? UNAVAILABLE : xtext;
    }

    private static List<String> lines(List<String> pairs) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String pair : pairs) {
            if (!line.isEmpty() && line.length() + 1 + pair.length() > LINE_OCTETS_MAX) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "XFORWARD " : " ").append(pair);
        }
        if (!line.isEmpty()) {
            lines.add(line.toString());
        }
        return lines;
    }
}

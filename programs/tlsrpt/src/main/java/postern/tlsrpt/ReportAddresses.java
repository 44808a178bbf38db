package postern.tlsrpt;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import postern.http.HttpsUrl;
import postern.mail.AddressParser;
import postern.mail.Mailbox;

/** Where a domain wants its reports: the TXT record of RFC 8460 §3. */
final class ReportAddresses {
    /** Where the record is found. */
    static final String LABELS = "_smtp._tls.";

    /** Addresses that are served of one record. */
    private static final int ADDRESSES_MAX = 4;

    private static final String DELIMITER = "[ \\t]*;[ \\t]*";
    private static final Pattern VERSION = Pattern.compile("v=TLSRPTv1" + DELIMITER);
    private static final Pattern FIELD =
            Pattern.compile("([A-Za-z0-9][A-Za-z0-9_.-]{0,31})=([ \\t!-:<-~]+)");

    /** One place. */
    sealed interface Address {
        record Mail(Mailbox mailbox) implements Address {}

        record Web(HttpsUrl url) implements Address {}

        /** As it is written, and read by {@link ReportAddresses#address}. */
        default String text() {
            return switch (this) {
                case Mail(Mailbox mailbox) -> MAILTO + mailbox;
                case Web(HttpsUrl url) -> url.toString();
            };
        }
    }

    private static final String MAILTO = "mailto:";

    private ReportAddresses() {}

    /**
     * The addresses that the record among the texts names and that are of use; none where none or
     * several begin as one, or the one is malformed.
     */
    static List<Address> among(List<String> texts) {
        List<String> fields = new ArrayList<>();
        for (String text : texts) {
            Matcher version = VERSION.matcher(text);
            if (version.lookingAt()) {
                fields.add(text.substring(version.end()));
            }
        }
        return fields.size() == 1 ? parse(fields.getFirst()) : List.of();
    }

    private static List<Address> parse(String text) {
        String[] fields = text.split(DELIMITER, -1);
        String rua = "";
        for (int i = 0; i < fields.length; i++) {
            Matcher field = FIELD.matcher(fields[i]);
            if (!field.matches()) {
                if (i > 0 && i == fields.length - 1 && fields[i].isEmpty()) {
                    continue; // a delimiter may stand at the end
                }
                return List.of();
            }
            if (field.group(1).equals("rua") && rua.isEmpty()) {
                rua = field.group(2);
            }
        }
        List<Address> found = new ArrayList<>();
        for (String uri : rua.split("[ \\t]*,[ \\t]*", -1)) {
            address(uri.strip()).filter(each -> !found.contains(each)).ifPresent(found::add);
        }
        return found.size() > ADDRESSES_MAX ? found.subList(0, ADDRESSES_MAX) : found;
    }

    /** One URI; empty when it is of no use. */
    static Optional<Address> address(String uri) {
        if (!uri.toLowerCase(Locale.ROOT).startsWith(MAILTO)) {
            return HttpsUrl.parse(uri).map(Address.Web::new);
        }
        int query =
                uri.indexOf('?'); // RFC 6068 §2: header fields, which are not the domain's to say
        String encoded = uri.substring(MAILTO.length(), query < 0 ? uri.length() : query);
        try {
            String text =
                    URLDecoder.decode(encoded.replace("+", "%2B"), StandardCharsets.UTF_8); // §2
            return AddressParser.mailbox(text)
                                    instanceof AddressParser.Parsed.Address(Mailbox mailbox, _)
                            && !mailbox.internationalized()
                    ? Optional.of(new Address.Mail(mailbox))
                    : Optional.empty();
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}

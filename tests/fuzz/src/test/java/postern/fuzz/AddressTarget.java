package postern.fuzz;

import java.nio.charset.StandardCharsets;
import postern.mail.AddressParser;
import postern.mail.AddressParser.Parsed;
import postern.mail.Domain;
import postern.mail.Xtext;

/** The address parser: what is an address reads back as itself, and fits its bounds. */
public final class AddressTarget {
    private static final Domain OURS = new Domain("mx.example.org");

    private AddressTarget() {}

    public static void fuzzerTestOneInput(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        var unused = AddressParser.host(text);
        if (AddressParser.path(text, 0, OURS) instanceof Parsed.Address(var mailbox, int end)) {
            Finding.unless(end <= text.length() && end > 2, "ends at " + end);
            readsBack(mailbox.toString());
        }
        if (AddressParser.mailbox(text) instanceof Parsed.Address(var mailbox, int end)) {
            Finding.unless(end == text.length(), "characters behind it");
            readsBack(mailbox.toString());
        }
        Xtext.decode(text)
                .ifPresent(
                        plain ->
                                Finding.unless(
                                        Xtext.decode(Xtext.encode(plain))
                                                .filter(plain::equals)
                                                .isPresent(),
                                        "xtext differs"));
    }

    private static void readsBack(String address) {
        for (int i = 0; i < address.length(); i++) {
            char c = address.charAt(i);
            Finding.unless(c >= ' ' && c != 0x7f, "a control in an address");
        }
        Finding.unless(
                AddressParser.mailbox(address) instanceof Parsed.Address(var again, _)
                        && again.toString().equals(address),
                "another address: " + address);
    }
}

package postern.rewrite;

import java.util.ArrayList;
import java.util.List;
import postern.mail.AddressParser;
import postern.mail.AddressParser.Parsed;
import postern.mail.Domain;
import postern.mail.Mailbox;
import postern.table.AddressSearch;
import postern.table.Table.Answer;

/** Turns what tables say into addresses. */
final class AddressText {
    /**
     * Longest local part that an extension may lead to, in characters: what grows with every turn
     * of a loop ends here. Origin: Postfix, virtual_alias_address_length_limit.
     */
    private static final int LOCAL_PART_CHARS_MAX = 1000;

    private final Domain origin;

    AddressText(String origin) {
        this.origin = new Domain(origin);
    }

    /** What a table said is no address. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1;

        Malformed(String why) {
            super(why, null, false, false);
        }
    }

    /**
     * The addresses that a table's answer lists: separated by commas or white space; without a
     * domain they are completed; {@code @domain} keeps the local part that was asked for; an
     * extension that was left out of the key is put on again.
     */
    List<Mailbox> list(Mailbox asked, AddressSearch.Hit hit, Answer.Found found) throws Malformed {
        List<Mailbox> mailboxes = new ArrayList<>();
        for (String value : found.values()) {
            for (String item : items(value)) {
                mailboxes.add(one(asked, hit.extension(), item, found.origin()));
            }
        }
        if (mailboxes.isEmpty()) {
            throw new Malformed(found.origin() + ": no address for \"" + hit.key() + "\"");
        }
        return mailboxes;
    }

    private Mailbox one(Mailbox asked, String extension, String item, String origin)
            throws Malformed {
        if (item.startsWith("@")) {
            if (!AddressParser.host(item.substring(1))) {
                throw new Malformed(origin + ": \"" + item + "\" is no domain");
            }
            return Mailbox.of(asked.localPart(), item.substring(1));
        }
        Mailbox mailbox = address(item, origin);
        if (extension.isEmpty()) {
            return mailbox;
        }
        if (mailbox.localPart().length() + extension.length() > LOCAL_PART_CHARS_MAX) {
            throw new Malformed(origin + ": the address grows without end");
        }
        return new Mailbox(mailbox.localPart() + extension, mailbox.domain());
    }

    /** One address, completed. */
    Mailbox address(String text, String where) throws Malformed {
        String complete = qualified(text) ? text : text + "@" + origin;
        return switch (AddressParser.mailbox(complete)) {
            case Parsed.Address(Mailbox mailbox, int _) -> mailbox;
            case Parsed.Empty _ -> throw new Malformed(where + ": an empty address");
            case Parsed.Invalid(String why) ->
                    throw new Malformed(where + ": \"" + text + "\": " + why);
        };
    }

    private static boolean qualified(String text) {
        int at = text.lastIndexOf('@');
        return at > 0 && text.indexOf('"', at) < 0;
    }

    private static List<String> items(String value) {
        List<String> items = new ArrayList<>();
        boolean quoted = false;
        int start = 0;
        for (int i = 0; i <= value.length(); i++) {
            char c = i < value.length() ? value.charAt(i) : ',';
            if (c == '"') {
                quoted = !quoted;
            } else if (c == '\\' && quoted) {
                i++;
            } else if (i >= value.length() || !quoted && (c == ',' || c == ' ' || c == '\t')) {
                String item = value.substring(start, Math.min(i, value.length()));
                if (!item.isEmpty()) {
                    items.add(item);
                }
                start = i + 1;
            }
        }
        return items;
    }
}

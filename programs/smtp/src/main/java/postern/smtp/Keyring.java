package postern.smtp;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import postern.dns.NextHop;
import postern.mail.Mailbox;
import postern.mail.ReversePath;
import postern.table.Table;

/** Finds who we are to a next hop. Any task. */
final class Keyring {
    /** What is found. */
    sealed interface Found {
        record Use(Credentials credentials) implements Found {}

        /** It cannot be told now. */
        record Unknown(String why) implements Found {}
    }

    private static final Found NOBODY = new Found.Use(Credentials.NONE);

    private final SaslMeans means;

    Keyring(SaslMeans means) {
        this.means = means;
    }

    /**
     * Host names that the name service says are asked for nowhere: whoever can forge its answers
     * must not choose whose password is sent.
     */
    Found find(String hop, ReversePath sender) {
        if (means.tables().isEmpty()) {
            return NOBODY;
        }
        for (String key : keys(hop, sender)) {
            for (Table table : means.tables()) {
                switch (table.lookup(key)) {
                    case Table.Answer.Found found -> {
                        return new Found.Use(Credentials.parse(found.values().getFirst()));
                    }
                    case Table.Answer.TemporaryFailure(String reason) -> {
                        return new Found.Unknown("credentials cannot be looked up: " + reason);
                    }
                    case Table.Answer.Absent _ -> {}
                }
            }
        }
        return NOBODY;
    }

    private List<String> keys(String hop, ReversePath sender) {
        List<String> keys = new ArrayList<>();
        if (means.bySender() && sender instanceof ReversePath.Sender(Mailbox mailbox)) {
            String address = mailbox.toString().toLowerCase(Locale.ROOT);
            keys.add(address);
            keys.add(address.substring(address.lastIndexOf('@')));
        }
        String routed = hop.toLowerCase(Locale.ROOT);
        keys.add(routed);
        Optional<NextHop> parsed = NextHop.parse(routed);
        parsed.map(NextHop::name).filter(name -> !name.equals(routed)).ifPresent(keys::add);
        return keys;
    }
}

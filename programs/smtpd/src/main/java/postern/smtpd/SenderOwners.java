package postern.smtpd;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import postern.mail.Mailbox;
import postern.mail.ReversePath;
import postern.smtpd.LoginConfig.Ownership;
import postern.table.Table;
import postern.wire.Reply;

/**
 * Whether a client may send as an address: who authenticated is not thereby everybody. Any thread.
 */
final class SenderOwners {
    private final List<Table> tables;
    private final Ownership ownership;

    SenderOwners(Logins logins) {
        this.tables = logins.senders();
        this.ownership = logins.config().ownership();
    }

    /** Why the client may not; empty when it may. Notices have no sender that could be owned. */
    Optional<Reply> refusal(ReversePath from, Identity identity) {
        if (tables.isEmpty()
                || !(from instanceof ReversePath.Sender(Mailbox sender))
                || identity.ofThisMachine()) {
            return Optional.empty();
        }
        Optional<String> login = identity.authentication().login();
        if (login.isEmpty() && (ownership != Ownership.EVERYBODY || identity.mayRelay())) {
            return Optional.empty();
        }
        String address = sender.toString().toLowerCase(Locale.ROOT);
        for (String key : List.of(address, address.substring(address.lastIndexOf('@')))) {
            for (Table table : tables) {
                switch (table.lookup(key)) {
                    case Table.Answer.Found found -> {
                        return judged(address, login, found.value());
                    }
                    case Table.Answer.TemporaryFailure _ -> {
                        return Optional.of(
                                Reply.of(
                                        451,
                                        "4.3.0",
                                        "<" + sender + ">: Temporary lookup failure"));
                    }
                    case Table.Answer.Absent _ -> {}
                }
            }
        }
        return login.filter(_ -> ownership != Ownership.KNOWN)
                .map(name -> refused(address, "not owned by user " + name));
    }

    private static Optional<Reply> judged(String address, Optional<String> login, String owners) {
        if (login.isEmpty()) {
            return Optional.of(refused(address, "not logged in"));
        }
        for (String owner : owners.split("[, ]+", -1)) {
            if (owner.equalsIgnoreCase(login.get())) {
                return Optional.empty();
            }
        }
        return Optional.of(refused(address, "not owned by user " + login.get()));
    }

    private static Reply refused(String address, String why) {
        return Reply.of(553, "5.7.1", "<" + address + ">: Sender address rejected: " + why);
    }
}

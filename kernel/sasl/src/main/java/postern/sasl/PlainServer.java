package postern.sasl;

import java.util.Optional;

/** RFC 4616. */
final class PlainServer implements ServerExchange {
    private final Accounts accounts;

    PlainServer(Accounts accounts) {
        this.accounts = accounts;
    }

    /** {@code [authzid] NUL authcid NUL passwd}: RFC 4616 §2. */
    @Override
    public Step step(byte[] message) {
        int first = indexOfNul(message, 0);
        int second = first < 0 ? -1 : indexOfNul(message, first + 1);
        if (second < 0) {
            return new Step.Malformed("no two NULs");
        }
        Optional<String> actAs = Utf8.text(message, 0, first);
        Optional<String> user = Utf8.text(message, first + 1, second);
        Optional<String> password = Utf8.text(message, second + 1, message.length);
        if (actAs.isEmpty() || user.isEmpty() || password.isEmpty()) {
            return new Step.Malformed("not three texts");
        }
        if (!actAs.get().isEmpty() && !actAs.get().equals(user.get())) {
            return new Step.Denied(user.get(), "nobody may act for another");
        }
        return Steps.password(accounts, user.get(), password.get());
    }

    private static int indexOfNul(byte[] octets, int from) {
        for (int i = from; i < octets.length; i++) {
            if (octets[i] == 0) {
                return i;
            }
        }
        return -1;
    }
}

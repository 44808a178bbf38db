package postern.sasl;

import java.util.Optional;

/** RFC 4422 appendix A. */
final class ExternalServer implements ServerExchange {
    private final Accounts accounts;

    ExternalServer(Accounts accounts) {
        this.accounts = accounts;
    }

    @Override
    public Step step(byte[] message) {
        Optional<String> user = Utf8.text(message);
        if (user.isEmpty() || user.get().length() > Bounds.NAME_CHARS_MAX) {
            return new Step.Malformed("not a name");
        }
        return Steps.end(user.get(), accounts.external(user.get()));
    }
}

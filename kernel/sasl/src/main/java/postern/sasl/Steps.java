package postern.sasl;

import postern.sasl.Accounts.Verdict;
import postern.sasl.ServerExchange.Step;

/** Ends of exchanges that several mechanisms have. */
final class Steps {
    private Steps() {}

    static Step end(String user, Verdict verdict) {
        return switch (verdict) {
            case Verdict.Granted(String login) -> new Step.Granted(login);
            case Verdict.Denied(String why) -> new Step.Denied(user, why);
            case Verdict.Unavailable(String why) -> new Step.Unavailable(user, why);
        };
    }

    /** A name and password as they came. */
    static Step password(Accounts accounts, String name, String password) {
        var user = Prepared.of(name);
        var secret = Prepared.of(password);
        if (user.isEmpty() || secret.isEmpty()) {
            return new Step.Denied(
                    user.orElse(""), "user name or password is empty, too long or not a text");
        }
        return end(user.get(), accounts.password(user.get(), secret.get()));
    }
}

package postern.sasl;

import java.nio.charset.StandardCharsets;

/** One user, {@code user} with the password {@code pencil}, and a token. */
final class FakeAccounts implements Accounts {
    private static final byte[] SECRET = "secret".getBytes(StandardCharsets.US_ASCII);

    private final byte[] salt;

    FakeAccounts(byte[] salt) {
        this.salt = salt.clone();
    }

    @Override
    public Verdict password(String user, String password) {
        return user.equals("user") && password.equals("pencil")
                ? new Verdict.Granted("user")
                : new Verdict.Denied("wrong password");
    }

    @Override
    public ScramKeys keys(ScramHash hash, String user) {
        return user.equals("user")
                ? ScramKeys.of(hash, "pencil", salt, 4096)
                : ScramKeys.decoy(hash, user, SECRET, 4096);
    }

    @Override
    public Verdict proved(String user) {
        return new Verdict.Granted(user);
    }

    @Override
    public Verdict token(String user, String token) {
        return token.equals("good-token")
                ? new Verdict.Granted(user)
                : new Verdict.Denied("not a token");
    }

    @Override
    public Verdict external(String user) {
        return user.isEmpty() || user.equals("cert")
                ? new Verdict.Granted("cert")
                : new Verdict.Denied("another name");
    }
}

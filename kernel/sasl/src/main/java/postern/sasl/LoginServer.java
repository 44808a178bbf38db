package postern.sasl;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** LOGIN: two questions, two answers. Some clients send the first answer with AUTH. */
final class LoginServer implements ServerExchange {
    private static final byte[] USER = "Username:".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PASSWORD = "Password:".getBytes(StandardCharsets.US_ASCII);

    private final Accounts accounts;
    private @Nullable String user;
    private boolean asked;

    LoginServer(Accounts accounts) {
        this.accounts = accounts;
    }

    @Override
    public boolean clientFirst() {
        return false;
    }

    @Override
    public Step step(byte[] message) {
        if (!asked && message.length == 0) {
            asked = true;
            return new Step.Challenge(USER);
        }
        asked = true;
        Optional<String> text = Utf8.text(message);
        if (text.isEmpty()) {
            return new Step.Malformed("not a text");
        }
        String known = user;
        if (known == null) {
            user = text.get();
            return new Step.Challenge(PASSWORD);
        }
        return Steps.password(accounts, known, text.get());
    }
}

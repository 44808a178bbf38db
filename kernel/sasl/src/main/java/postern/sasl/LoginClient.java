package postern.sasl;

import java.util.Optional;

/** LOGIN: what the questions say does not matter, their order does. */
final class LoginClient implements ClientExchange {
    private final String user;
    private final String password;
    private int answered;

    LoginClient(String user, String password) {
        this.user = user;
        this.password = password;
    }

    @Override
    public Mechanism mechanism() {
        return Mechanism.LOGIN;
    }

    @Override
    public Optional<byte[]> initial() {
        return Optional.empty();
    }

    @Override
    public Step step(byte[] challenge) {
        return switch (answered++) {
            case 0 -> new Step.Response(Utf8.octets(user));
            case 1 -> new Step.Response(Utf8.octets(password));
            default -> new Step.Cancel("a third question");
        };
    }

    @Override
    public boolean satisfied() {
        return answered == 2;
    }
}

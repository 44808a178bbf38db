package postern.sasl;

import java.util.Optional;

/** RFC 4616. */
final class PlainClient implements ClientExchange {
    private final String user;
    private final String password;

    PlainClient(String user, String password) {
        this.user = user;
        this.password = password;
    }

    @Override
    public Mechanism mechanism() {
        return Mechanism.PLAIN;
    }

    @Override
    public Optional<byte[]> initial() {
        return Optional.of(Utf8.octets("\0" + user + "\0" + password));
    }

    @Override
    public Step step(byte[] challenge) {
        return new Step.Cancel("a challenge where none is due");
    }

    @Override
    public boolean satisfied() {
        return true;
    }
}

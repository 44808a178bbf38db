package postern.sasl;

import java.util.Optional;

/** RFC 4422 appendix A. */
final class ExternalClient implements ClientExchange {
    private final String user;

    ExternalClient(String user) {
        this.user = user;
    }

    @Override
    public Mechanism mechanism() {
        return Mechanism.EXTERNAL;
    }

    @Override
    public Optional<byte[]> initial() {
        return Optional.of(Utf8.octets(user));
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

package postern.sasl;

import java.util.Optional;

/** PLAIN (RFC 4616) and EXTERNAL (RFC 4422 appendix A): one message says all. */
final class OneMessageClient implements ClientExchange {
    private final Mechanism mechanism;
    private final String message;

    OneMessageClient(Mechanism mechanism, String message) {
        this.mechanism = mechanism;
        this.message = message;
    }

    @Override
    public Mechanism mechanism() {
        return mechanism;
    }

    @Override
    public Optional<byte[]> initial() {
        return Optional.of(Utf8.octets(message));
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

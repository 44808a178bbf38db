package postern.sasl;

import java.util.Optional;

/** OAUTHBEARER (RFC 7628) and XOAUTH2. */
final class BearerClient implements ClientExchange {
    private static final int COMPLAINT_CHARS_MAX = 200;

    private final Mechanism mechanism;
    private final String user;
    private final String token;
    private String complaint = "";

    BearerClient(Mechanism mechanism, String user, String token) {
        this.mechanism = mechanism;
        this.user = user;
        this.token = token;
    }

    @Override
    public Mechanism mechanism() {
        return mechanism;
    }

    @Override
    public Optional<byte[]> initial() {
        String start =
                mechanism == Mechanism.XOAUTH2
                        ? "user=" + user
                        : "n,a=" + ScramText.saslName(user) + ",";
        return Optional.of(Utf8.octets(start + "\u0001auth=Bearer " + token + "\u0001\u0001"));
    }

    /** RFC 7628 §3.2.3: the error comes as a challenge, and is answered with a dummy. */
    @Override
    public Step step(byte[] challenge) {
        if (!complaint.isEmpty()) {
            return new Step.Cancel("a second error");
        }
        String text = Utf8.text(challenge).orElse("error");
        complaint = text.substring(0, Math.min(text.length(), COMPLAINT_CHARS_MAX));
        return new Step.Response(mechanism == Mechanism.XOAUTH2 ? new byte[0] : new byte[] {1});
    }

    @Override
    public boolean satisfied() {
        return complaint.isEmpty();
    }

    @Override
    public String complaint() {
        return complaint;
    }
}

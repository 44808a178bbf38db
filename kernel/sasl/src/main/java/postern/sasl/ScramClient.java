package postern.sasl;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The client's side of SCRAM: RFC 5802 §3. */
final class ScramClient implements ClientExchange {
    private enum Stage {
        SERVER_FIRST,
        SERVER_FINAL,
        DONE
    }

    private final Mechanism mechanism;
    private final ScramHash hash;
    private final String user;
    private final String password;
    private final String header;
    private final byte[] binding;
    private final String nonce;
    private Stage stage = Stage.SERVER_FIRST;
    private byte @Nullable [] expected; // the server's signature

    ScramClient(
            Mechanism mechanism,
            String user,
            String password,
            ServerExchange.Channel channel,
            String nonce) {
        this.mechanism = mechanism;
        this.hash = mechanism.scram().orElse(ScramHash.SHA_256);
        this.user = Prepared.of(user).orElse(user);
        this.password = Prepared.of(password).orElse(password);
        boolean plus = mechanism == Mechanism.SCRAM_SHA_256_PLUS;
        boolean could = channel.binding().isPresent();
        // RFC 5802 §6: "y" tells a server that offered it that somebody took the offer away
        String flag = plus ? "p=" + ChannelBinding.TYPE : could && !channel.plus() ? "y" : "n";
        this.header = flag + ",,";
        this.binding =
                plus
                        ? channel.binding().map(ChannelBinding::octets).orElse(new byte[0])
                        : new byte[0];
        this.nonce = nonce;
    }

    @Override
    public Mechanism mechanism() {
        return mechanism;
    }

    private String firstBare() {
        return "n=" + ScramText.saslName(user) + ",r=" + nonce;
    }

    @Override
    public Optional<byte[]> initial() {
        return Optional.of(Utf8.octets(header + firstBare()));
    }

    @Override
    public Step step(byte[] challenge) {
        Optional<String> text = Utf8.text(challenge);
        if (text.isEmpty()) {
            return new Step.Cancel("the server's message is not a text");
        }
        return switch (stage) {
            case SERVER_FIRST -> answer(text.get());
            case SERVER_FINAL -> check(text.get());
            case DONE -> new Step.Cancel("a challenge where none is due");
        };
    }

    private Step answer(String serverFirst) {
        List<String> fields = List.of(serverFirst.split(",", -1));
        Optional<String> theirs = ScramText.field(fields, 0, 'r');
        Optional<byte[]> salt = ScramText.field(fields, 1, 's').flatMap(ScramText::octets);
        Optional<Integer> iterations = ScramText.field(fields, 2, 'i').flatMap(ScramClient::number);
        if (theirs.isEmpty() || salt.isEmpty() || iterations.isEmpty()) {
            return new Step.Cancel("the server's first message is malformed");
        }
        if (!theirs.get().startsWith(nonce) || theirs.get().length() == nonce.length()) {
            return new Step.Cancel("the server did not add to our nonce");
        }
        if (iterations.get() < Bounds.ITERATIONS_MIN || iterations.get() > Bounds.ITERATIONS_MAX) {
            return new Step.Cancel("the server asks for " + iterations.get() + " iterations");
        }
        byte[] start = Utf8.octets(header);
        byte[] bound = Arrays.copyOf(start, start.length + binding.length);
        System.arraycopy(binding, 0, bound, start.length, binding.length);
        String withoutProof = "c=" + ScramText.base64(bound) + ",r=" + theirs.get();
        byte[] authMessage = Utf8.octets(firstBare() + "," + serverFirst + "," + withoutProof);
        byte[] salted = hash.salted(password, salt.get(), iterations.get());
        byte[] clientKey = ScramKeys.clientKey(hash, salted);
        byte[] signature = hash.hmac(hash.hash(clientKey), authMessage);
        expected = hash.hmac(ScramKeys.serverKey(hash, salted), authMessage);
        stage = Stage.SERVER_FINAL;
        String proof = ScramText.base64(ScramText.xor(clientKey, signature));
        return new Step.Response(Utf8.octets(withoutProof + ",p=" + proof));
    }

    private static Optional<Integer> number(String digits) {
        try {
            return digits.length() <= 9 ? Optional.of(Integer.parseInt(digits)) : Optional.empty();
        } catch (NumberFormatException none) {
            return Optional.empty();
        }
    }

    private Step check(String serverFinal) {
        List<String> fields = List.of(serverFinal.split(",", -1));
        Optional<byte[]> verifier = ScramText.field(fields, 0, 'v').flatMap(ScramText::octets);
        if (verifier.isEmpty() || !MessageDigest.isEqual(verifier.get(), expected)) {
            return new Step.Cancel("the server does not prove that it knows the password");
        }
        stage = Stage.DONE;
        return new Step.Response(new byte[0]);
    }

    @Override
    public boolean satisfied() {
        return stage == Stage.DONE;
    }
}

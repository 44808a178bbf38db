package postern.sasl;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The server's side of SCRAM: RFC 5802 §3. */
final class ScramServer implements ServerExchange {
    private enum Stage {
        CLIENT_FIRST,
        CLIENT_FINAL,
        /** We have proved who we are in a challenge, and the client has nothing to add. */
        LAST
    }

    private final ScramHash hash;
    private final @Nullable ChannelBinding binding;
    private final boolean plusOffered;
    private final Accounts accounts;
    private final String ours; // our part of the nonce
    private Stage stage = Stage.CLIENT_FIRST;
    private String user = "";
    private String header = "";
    private String clientFirstBare = "";
    private String serverFirst = "";
    private String nonce = "";
    private @Nullable ScramKeys keys;
    private @Nullable Step end;

    /**
     * @param binding what the client must bind to; null for the mechanism without
     * @param plusOffered whether the one with was offered beside it
     * @param ours our part of the nonce; must not be guessed
     */
    ScramServer(
            ScramHash hash,
            @Nullable ChannelBinding binding,
            boolean plusOffered,
            Accounts accounts,
            String ours) {
        this.hash = hash;
        this.binding = binding;
        this.plusOffered = plusOffered;
        this.accounts = accounts;
        this.ours = ours;
    }

    @Override
    public Step step(byte[] message) {
        Optional<String> text = Utf8.text(message);
        if (text.isEmpty()) {
            return new Step.Malformed("not a text");
        }
        return switch (stage) {
            case CLIENT_FIRST -> first(text.get());
            case CLIENT_FINAL -> last(text.get());
            case LAST -> {
                Step known = end;
                yield known == null ? new Step.Malformed("out of place") : known;
            }
        };
    }

    /**
     * {@code gs2-cbind-flag "," [ "a=" authzid ] "," "n=" name "," "r=" nonce ["," extensions]}.
     */
    private Step first(String text) {
        List<String> fields = List.of(text.split(",", -1));
        if (fields.size() < 4) {
            return new Step.Malformed("too few fields");
        }
        String flag = fields.get(0);
        Optional<String> refusal = refusedBinding(flag);
        if (refusal.isPresent()) {
            return new Step.Denied("", refusal.get());
        }
        Optional<String> actAs =
                fields.get(1).isEmpty()
                        ? Optional.of("")
                        : ScramText.field(fields, 1, 'a').flatMap(ScramText::name);
        Optional<String> name = ScramText.field(fields, 2, 'n').flatMap(ScramText::name);
        Optional<String> theirs = ScramText.field(fields, 3, 'r');
        if (actAs.isEmpty()
                || name.isEmpty() // also where an extension is mandatory: RFC 5802 §5.1, "m="
                || theirs.isEmpty()
                || theirs.get().isEmpty()) {
            return new Step.Malformed("no name or no nonce");
        }
        Optional<String> prepared = Prepared.of(name.get());
        if (prepared.isEmpty()) {
            return new Step.Denied("", "user name is empty, too long or not a text");
        }
        user = prepared.get();
        if (!actAs.get().isEmpty() && !actAs.get().equals(name.get())) {
            return new Step.Denied(user, "nobody may act for another");
        }
        header = flag + "," + fields.get(1) + ",";
        clientFirstBare = text.substring(header.length());
        nonce = theirs.get() + ours;
        ScramKeys kept = accounts.keys(hash, user);
        keys = kept;
        serverFirst =
                "r=" + nonce + ",s=" + ScramText.base64(kept.salt()) + ",i=" + kept.iterations();
        stage = Stage.CLIENT_FINAL;
        return new Step.Challenge(Utf8.octets(serverFirst));
    }

    /** RFC 5802 §6. */
    private Optional<String> refusedBinding(String flag) {
        if (binding != null) {
            return flag.equals("p=" + ChannelBinding.TYPE)
                    ? Optional.empty()
                    : Optional.of("no channel binding of the type " + ChannelBinding.TYPE);
        }
        if (flag.equals("y") && plusOffered) {
            return Optional.of("the client was not shown that we bind to the channel");
        }
        return flag.equals("n") || flag.equals("y")
                ? Optional.empty()
                : Optional.of("channel binding in a mechanism without");
    }

    /** {@code "c=" binding "," "r=" nonce ["," extensions] "," "p=" proof}. */
    private Step last(String text) {
        ScramKeys kept = keys;
        int proofAt = text.lastIndexOf(",p=");
        if (proofAt < 0 || kept == null) {
            return new Step.Malformed("no proof");
        }
        String withoutProof = text.substring(0, proofAt);
        List<String> fields = List.of(withoutProof.split(",", -1));
        Optional<byte[]> bound = ScramText.field(fields, 0, 'c').flatMap(ScramText::octets);
        Optional<String> returned = ScramText.field(fields, 1, 'r');
        Optional<byte[]> proof = ScramText.octets(text.substring(proofAt + 3));
        if (bound.isEmpty() || returned.isEmpty() || proof.isEmpty()) {
            return new Step.Malformed("no binding, no nonce or no proof");
        }
        if (!MessageDigest.isEqual(bound.get(), expectedBinding())) {
            return new Step.Denied(user, "bound to another channel");
        }
        if (!returned.get().equals(nonce)) {
            return new Step.Denied(user, "not our nonce");
        }
        byte[] authMessage = Utf8.octets(clientFirstBare + "," + serverFirst + "," + withoutProof);
        if (!proves(kept, proof.get(), authMessage)) {
            return new Step.Denied(user, kept.known() ? "wrong password" : "unknown user");
        }
        Step granted = Steps.end(user, accounts.proved(user));
        if (!(granted instanceof Step.Granted)) {
            return granted;
        }
        end = granted;
        stage = Stage.LAST;
        String signature = ScramText.base64(hash.hmac(kept.serverKey(), authMessage));
        return new Step.Challenge(Utf8.octets("v=" + signature));
    }

    private byte[] expectedBinding() {
        byte[] start = Utf8.octets(header);
        ChannelBinding channel = binding;
        if (channel == null) {
            return start;
        }
        byte[] all = Arrays.copyOf(start, start.length + channel.octets().length);
        System.arraycopy(channel.octets(), 0, all, start.length, channel.octets().length);
        return all;
    }

    /** Costs the same whether there is such a user or not. */
    private boolean proves(ScramKeys kept, byte[] proof, byte[] authMessage) {
        if (proof.length != hash.octets()) {
            return false;
        }
        byte[] clientKey = ScramText.xor(proof, hash.hmac(kept.storedKey(), authMessage));
        return MessageDigest.isEqual(hash.hash(clientKey), kept.storedKey()) & kept.known();
    }
}

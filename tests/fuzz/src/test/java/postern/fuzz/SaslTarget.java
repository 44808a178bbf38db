package postern.fuzz;

import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import postern.sasl.Accounts;
import postern.sasl.Mechanism;
import postern.sasl.Prepared;
import postern.sasl.ScramHash;
import postern.sasl.ScramKeys;
import postern.sasl.ServerExchange;
import postern.sasl.ServerExchange.Step;

/** Each mechanism's server: any messages end, and none lets in whom the accounts do not. */
public final class SaslTarget {
    private static final int STEPS_MAX = 10;

    private SaslTarget() {}

    /** The first octet chooses the mechanism; messages are separated by octets 0xff. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        Mechanism mechanism = Mechanism.values()[(input[0] & 0xff) % Mechanism.values().length];
        ServerExchange exchange =
                ServerExchange.of(
                        mechanism, new Nobody(), ServerExchange.Channel.NONE, new Random(1));
        int at = 1;
        for (int n = 0; n < STEPS_MAX; n++) {
            int end = at;
            while (end < input.length && input[end] != (byte) 0xff) {
                end++;
            }
            byte[] message =
                    n == 0 && !exchange.clientFirst()
                            ? new byte[0]
                            : Arrays.copyOfRange(input, Math.min(at, input.length), end);
            switch (exchange.step(message)) {
                case Step.Challenge(byte[] octets) ->
                        Finding.unless(octets.length <= 12_288, "a long challenge");
                case Step.Granted(String login) -> throw new AssertionError("granted to " + login);
                case Step.Denied _, Step.Unavailable _, Step.Malformed _ -> {
                    return;
                }
            }
            at = Math.min(end + 1, input.length);
        }
        throw new AssertionError("an exchange without end");
    }

    /** Lets nobody in. */
    private static final class Nobody implements Accounts {
        @Override
        public Verdict password(String user, String password) {
            prepared(user);
            return new Verdict.Denied("nobody");
        }

        @Override
        public ScramKeys keys(ScramHash hash, String user) {
            prepared(user);
            return ScramKeys.decoy(hash, user, new byte[32], 4096);
        }

        private static void prepared(String user) {
            Optional<String> again = Prepared.of(user);
            Finding.unless(again.filter(user::equals).isPresent(), "not prepared: " + user);
        }
    }
}

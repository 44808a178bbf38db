package postern.auth;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import postern.base.Disk;
import postern.base.LogLine;
import postern.base.World;
import postern.sasl.jwt.TokenKeys;
import postern.tls.PublicKeys;

/** Where an issuer's keys come from. The calls may take their time. Any thread. */
interface KeySource {
    /** Longest file or answer, in octets. */
    int OCTETS_MAX = 256 << 10;

    /** What is known of them. */
    sealed interface Keys {
        record Known(TokenKeys keys) implements Keys {}

        /** They cannot be had now. */
        record Unknown(String why) implements Keys {}
    }

    Keys keys();

    /**
     * Those that there are now, where they may have changed since; asked for too often, the same.
     */
    Keys anew();

    /** A file, read anew when it changes. */
    static KeySource file(World world, Path path) {
        var file =
                new RenewedFile<>(
                        world,
                        path,
                        "keys of tokens",
                        KeySource::read,
                        keys ->
                                world.log()
                                        .info(
                                                LogLine.about("auth")
                                                        .with("token-keys", path)
                                                        .with("keys", keys.size())));
        return new KeySource() {
            @Override
            public Keys keys() {
                return file.get()
                        .<Keys>map(Keys.Known::new)
                        .orElseGet(() -> new Keys.Unknown("there are no keys of tokens"));
            }

            @Override
            public Keys anew() {
                return keys();
            }
        };
    }

    /** PEM, or a set of JWK. */
    static TokenKeys read(Disk disk, Path path) throws IOException {
        String text = RenewedFile.text(disk, path, OCTETS_MAX);
        TokenKeys keys;
        if (text.stripLeading().startsWith("{")) {
            Optional<TokenKeys> set = TokenKeys.jwks(text);
            keys = set.orElseThrow(() -> new RenewedFile.Wrong("not a set of JWK (RFC 7517)"));
        } else {
            try {
                keys = TokenKeys.of(PublicKeys.of(text));
            } catch (IllegalArgumentException damaged) {
                throw new RenewedFile.Wrong(String.valueOf(damaged.getMessage()));
            }
        }
        if (keys.size() == 0) {
            throw new RenewedFile.Wrong(
                    "no public key that signatures are checked by: RSA of 2048 bits, EC or Ed25519");
        }
        return keys;
    }
}

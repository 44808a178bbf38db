package postern.sasl.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import postern.sasl.jwt.TokenKeys.Word;
import postern.testkit.TokenIssuer;

class TokenKeysTest {
    private static final String CLAIMS = "{\"sub\":\"ann\"}";

    private static final TokenIssuer RSA = TokenIssuer.rsa("r", 2048);
    private static final TokenIssuer WEAK = TokenIssuer.rsa("weak", 1024);
    private static final TokenIssuer P256 = TokenIssuer.elliptic("e", "secp256r1");
    private static final TokenIssuer P384 = TokenIssuer.elliptic("e3", "secp384r1");
    private static final TokenIssuer P521 = TokenIssuer.elliptic("e5", "secp521r1");
    private static final TokenIssuer ED = TokenIssuer.ed25519("d");

    private static final TokenKeys ALL =
            TokenKeys.jwks(TokenIssuer.jwks(RSA, WEAK, P256, P384, P521, ED)).orElseThrow();

    private static Word verified(TokenKeys keys, String token) {
        return keys.verify(Jwt.parse(token).orElseThrow());
    }

    static Stream<Arguments> algorithms() { // RFC 7518 §3.1, RFC 8037 §3.1, RFC 9864 §2.2
        return Stream.of(
                arguments(RSA, "RS256"),
                arguments(RSA, "RS384"),
                arguments(RSA, "RS512"),
                arguments(RSA, "PS256"),
                arguments(RSA, "PS384"),
                arguments(RSA, "PS512"),
                arguments(P256, "ES256"),
                arguments(P384, "ES384"),
                arguments(P521, "ES512"),
                arguments(ED, "EdDSA"),
                arguments(ED, "Ed25519"));
    }

    @ParameterizedTest
    @MethodSource("algorithms")
    void whatIsSignedIsTakenAndNothingElse(TokenIssuer issuer, String algorithm) {
        String token = issuer.token(algorithm, CLAIMS);
        assertThat(verified(ALL, token)).isEqualTo(Word.SIGNED);
        assertThat(Jwt.parse(token).orElseThrow().claims().text("sub")).contains("ann");

        int second = token.indexOf('.', token.indexOf('.') + 1);
        String other = TokenIssuer.base64("{\"sub\":\"eve\"}");
        String changed =
                token.substring(0, token.indexOf('.') + 1) + other + token.substring(second);
        assertThat(verified(ALL, changed)).isEqualTo(Word.FORGED);
        assertThat(verified(ALL, token.substring(0, second + 1))).isEqualTo(Word.FORGED);
    }

    /** RFC 7515 appendix A.3. */
    @ParameterizedTest
    @MethodSource("published")
    void whatOthersSignedIsTaken(String jwk, String token) {
        TokenKeys keys = TokenKeys.jwks("{\"keys\":[" + jwk + "]}").orElseThrow();
        assertThat(verified(keys, token)).isEqualTo(Word.SIGNED);
    }

    static Stream<Arguments> published() {
        String claims =
                "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19y"
                        + "b290Ijp0cnVlfQ";
        return Stream.of(
                arguments(
                        "{\"kty\":\"EC\",\"crv\":\"P-256\","
                                + "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
                                + "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}",
                        "eyJhbGciOiJFUzI1NiJ9."
                                + claims
                                + ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8IS"
                                + "lSApmWQxfKTUJqPP3-Kg6NU1Q"));
    }

    static Stream<Arguments> forged() {
        String none = "{\"alg\":\"none\"}";
        return Stream.of(
                arguments(
                        "none", TokenIssuer.base64(none) + "." + TokenIssuer.base64(CLAIMS) + "."),
                arguments("none, signed", RSA.token(none, "RS256", CLAIMS)),
                arguments("None", RSA.token("{\"alg\":\"None\",\"kid\":\"r\"}", "RS256", CLAIMS)),
                arguments("no algorithm", RSA.token("{\"kid\":\"r\"}", "RS256", CLAIMS)),
                arguments("a number", RSA.token("{\"alg\":256}", "RS256", CLAIMS)),
                arguments("lower case", RSA.token("{\"alg\":\"rs256\"}", "RS256", CLAIMS)),
                arguments("HMAC by the public key", RSA.token("HS256", CLAIMS)), // RFC 8725 §2.1
                arguments("HMAC by the public key", P256.token("HS512", CLAIMS)),
                arguments("another key", TokenIssuer.rsa("r", 2048).token("RS256", CLAIMS)),
                arguments(
                        "another algorithm of the kind",
                        RSA.token("{\"alg\":\"PS256\",\"kid\":\"r\"}", "RS256", CLAIMS)),
                arguments(
                        "another digest",
                        RSA.token("{\"alg\":\"RS512\",\"kid\":\"r\"}", "RS256", CLAIMS)),
                arguments(
                        "a key of the header's",
                        WEAK.token(
                                "{\"alg\":\"RS256\",\"jwk\":" + WEAK.jwk() + "}", "RS256", CLAIMS)),
                arguments("a key too short", WEAK.token("RS256", CLAIMS)),
                arguments(
                        "a key of another kind",
                        RSA.token("{\"alg\":\"RS256\",\"kid\":\"e\"}", "RS256", CLAIMS)),
                arguments("a key of another curve", P384.token("ES256", CLAIMS)),
                arguments("no such key", TokenIssuer.ed25519("x").token("EdDSA", CLAIMS)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("forged")
    void whatIsForgedIsNotTaken(String how, String token) {
        assertThat(verified(ALL, token)).as(how).isNotEqualTo(Word.SIGNED);
    }

    /** A zero signature was once good for anything: CVE-2022-21449. */
    @Test
    void aSignatureOfNothingIsNone() {
        String signed = P256.token("ES256", CLAIMS);
        String zeros = "A".repeat(86);
        assertThat(verified(ALL, signed.substring(0, signed.lastIndexOf('.') + 1) + zeros))
                .isEqualTo(Word.FORGED);
    }

    static Stream<String> notTokens() {
        String good = RSA.token("RS256", CLAIMS);
        String header = "{\"alg\":\"RS256\"}";
        return Stream.of(
                "",
                ".",
                "..",
                "...",
                "opaque",
                good + ".x",
                good.substring(0, good.lastIndexOf('.')),
                good + "=",
                good + "\n",
                " " + good,
                good.replace('.', ','),
                "\u00e9" + good,
                "!" + good,
                RSA.token("{\"alg\":\"RS256\",\"alg\":\"none\"}", "RS256", CLAIMS), // RFC 7515 §4
                RSA.token(header, "RS256", "{\"sub\":\"ann\",\"sub\":\"eve\"}"), // RFC 7519 §4
                RSA.token("{\"alg\":\"RS256\",\"crit\":[\"b64\"]}", "RS256", CLAIMS), // §4.1.11
                RSA.token("[]", "RS256", CLAIMS),
                RSA.token(header, "RS256", "\"ann\""),
                RSA.token(header, "RS256", ""),
                RSA.token(header, "RS256", "{\"sub\":\"ann\"} x"),
                RSA.token(header, "RS256", "{\"a\":" + "[".repeat(30) + "]".repeat(30) + "}"),
                RSA.token(header, "RS256", "{\"a\":" + "{\"a\":".repeat(900)),
                RSA.token(header, "RS256", "{\"a\":\"" + "x".repeat(10_000) + "\"}"));
    }

    @ParameterizedTest
    @MethodSource("notTokens")
    void whatIsNoTokenIsNone(String token) {
        assertThat(Jwt.parse(token)).isEqualTo(Optional.empty());
    }

    @Test
    void keysOfOtherUsesAreLeftOut() {
        String encrypting = RSA.jwk().replace("\"use\":\"sig\"", "\"use\":\"enc\"");
        String signing = RSA.jwk().replace("\"use\":\"sig\"", "\"key_ops\":[\"sign\"]");
        String secret = "{\"kty\":\"oct\",\"k\":\"AAAA\"}";
        String bent = P256.jwk().replace("P-256", "P-384");
        String set =
                "{\"keys\":[" + String.join(",", encrypting, signing, secret, bent, "1") + "]}";
        TokenKeys keys = TokenKeys.jwks(set).orElseThrow();
        assertThat(verified(keys, RSA.token("RS256", CLAIMS))).isEqualTo(Word.NO_SUCH_KEY);
        assertThat(verified(keys, P256.token("ES256", CLAIMS))).isNotEqualTo(Word.SIGNED);
    }

    /** RFC 7517 §4.4. */
    @Test
    void aKeyForOneAlgorithmIsForNoOther() {
        String bound = RSA.jwk().replace("\"use\":\"sig\"", "\"alg\":\"PS256\"");
        TokenKeys keys = TokenKeys.jwks("{\"keys\":[" + bound + "]}").orElseThrow();
        assertThat(verified(keys, RSA.token("PS256", CLAIMS))).isEqualTo(Word.SIGNED);
        assertThat(verified(keys, RSA.token("RS256", CLAIMS))).isEqualTo(Word.NO_SUCH_KEY);
    }

    @Test
    void aTokenThatNamesNoKeyIsTriedByAll() {
        String token = RSA.token("{\"alg\":\"RS256\"}", "RS256", CLAIMS);
        assertThat(verified(ALL, token)).isEqualTo(Word.SIGNED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{}", "{\"keys\":{}}", "{\"keys\":[],\"keys\":[]}", "<html>"})
    void whatIsNoSetIsNone(String text) {
        assertThat(TokenKeys.jwks(text)).isEmpty();
    }

    @Test
    void aSetIsBounded() {
        String many = String.join(",", Collections.nCopies(500, P256.jwk()));
        assertThat(TokenKeys.jwks("{\"keys\":[" + many + "]}").orElseThrow().size())
                .isEqualTo(TokenKeys.KEYS_MAX);
        assertThat(TokenKeys.of(List.of()).size()).isZero();
    }
}

package postern.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonValueTest {

    @Test
    void everyKindIsRead() {
        String text =
                " {\"a\":[1,-0.5e+3,true,false,null,\"\\u00e9\\ud83d\\ude00\\n\\/\"],\"b\":{} }\r\n";

        assertThat(JsonValue.parse(text))
                .contains(
                        new JsonValue.Members(
                                Map.of(
                                        "a",
                                        new JsonValue.Items(
                                                List.of(
                                                        new JsonValue.Number("1"),
                                                        new JsonValue.Number("-0.5e+3"),
                                                        new JsonValue.Truth(true),
                                                        new JsonValue.Truth(false),
                                                        new JsonValue.Nothing(),
                                                        new JsonValue.Text(
                                                                "\u00e9\ud83d\ude00\n/"))),
                                        "b",
                                        new JsonValue.Members(Map.of()))));
    }

    @Test
    void whatWeWriteWeRead() {
        String hard = "q\"\\\b\f\n\r\t\u007f\u0001\u00fc";
        assertThat(JsonValue.members(Json.of(Map.of(hard, hard))).flatMap(all -> all.text(hard)))
                .contains(hard);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "}",
                "[",
                "[1,]",
                "[,1]",
                "[1 2]",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1,}",
                "{a:1}",
                "{'a':1}",
                "{\"a\":1,\"a\":1}", // RFC 7519 §4: which one would count?
                "{\"a\":1,\"\\u0061\":1}",
                "01",
                "-",
                "1.",
                ".5",
                "1e",
                "+1",
                "0x1",
                "NaN",
                "Infinity",
                "tru",
                "truex",
                "nul",
                "\"",
                "\"\n\"",
                "\"\\x\"",
                "\"\\u12g4\"",
                "\"\\u12",
                "\"\\ud800\"",
                "\"\\udc00\\ud800\"",
                "1 1",
                "{} {}",
                "\u0000",
                "{}\u0000",
                "\u00a0{}",
                "/**/{}",
                "\ufeff{}"
            })
    void whatIsNoneIsNone(String text) {
        assertThat(JsonValue.parse(text)).isEmpty();
    }

    @Test
    void nestingIsBounded() {
        int most = JsonValue.DEPTH_MAX;
        assertThat(JsonValue.parse("[".repeat(most) + "]".repeat(most))).isPresent();
        assertThat(JsonValue.parse("[".repeat(most + 2) + "]".repeat(most + 2))).isEmpty();
        assertThat(JsonValue.parse("[".repeat(1_000_000))).isEqualTo(Optional.empty());
        assertThat(JsonValue.parse("{\"a\":".repeat(1_000_000))).isEqualTo(Optional.empty());
    }
}

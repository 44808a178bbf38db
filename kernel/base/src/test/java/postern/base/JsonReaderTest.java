package postern.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 8259. */
class JsonReaderTest {
    @Test
    void everyKindOfValueIsRead() {
        assertThat(
                        JsonReader.object(
                                " {\"a\" : [1, -2.5e1, true, false, null, \"x\\u00e9\\n\\\"\"],\r\n"
                                        + "\"b\":{}, \"c\":null, \"d\":12345678901234567890 } "))
                .isEqualTo(
                        Map.of(
                                "a",
                                List.of(1L, -25.0, true, false, "x\u00e9\n\""),
                                "b",
                                Map.of(),
                                "d",
                                1.2345678901234567e19));
    }

    @Test
    void whatIsWrittenIsReadAgain() {
        Map<String, Object> object = Map.of("k\u0001\"\\", List.of("v\t", 7L, true));
        assertThat(JsonReader.object(Json.of(object))).isEqualTo(object);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1,}",
                "{\"a\":1}x",
                "{\"a\":01}",
                "{\"a\":1.}",
                "{\"a\":+1}",
                "{\"a\":nul}",
                "{\"a\":\"x}",
                "{\"a\":\"\n\"}",
                "{\"a\":\"\\x\"}",
                "{\"a\":\"\\u12g4\"}",
                "{\"a\":1,\"a\":2}",
                "{a:1}"
            })
    void whatIsNoObjectIsRefused(String text) {
        assertThatThrownBy(() -> JsonReader.object(text))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void depthIsBounded() {
        String deep = "{\"a\":" + "[".repeat(100_000);
        assertThatThrownBy(() -> JsonReader.object(deep)).hasMessageStartingWith("too deep");
        int most = JsonReader.DEPTH_MAX - 1;
        String fits = "{\"a\":" + "[".repeat(most) + "]".repeat(most) + "}";
        assertThat(JsonReader.object(fits)).containsKey("a");
    }
}

package postern.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ControlLineTest {

    @Test
    void fieldsAreSeparatedByTabs() {
        ControlLine line = ControlLine.of("id", "abc").with("size", 10).with("sender", "");
        assertThat(line.text()).isEqualTo("id=abc\tsize=10\tsender=");
        assertThat(ControlLine.parse("id=abc\tsize=10\tsender=")).contains(line);
        assertThat(line.number("size")).isEqualTo(10);
        assertThat(line.number("id")).isEqualTo(-1);
    }

    @RepeatedTest(100)
    void anyValueReadsBack(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        String alphabet = "a=\\\t\n\r .é";
        ControlLine line = ControlLine.ok();
        for (int field = 0; field < 4; field++) {
            StringBuilder value = new StringBuilder();
            for (int i = random.nextInt(10); i > 0; i--) {
                value.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            line = line.with("f" + field, value);
        }
        assertThat(line.text()).doesNotContain("\n").doesNotContain("\r");
        assertThat(ControlLine.parse(line.text())).contains(line);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "a", "=b", "a=b\t", "a=b\tc", "a=\\", "a=\\x"})
    void whatIsNoLine(String text) {
        assertThat(ControlLine.parse(text)).isEmpty();
    }
}

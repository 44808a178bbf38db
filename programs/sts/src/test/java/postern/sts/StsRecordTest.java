package postern.sts;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 8461 §3.1. */
class StsRecordTest {

    @ParameterizedTest
    @CsvSource({
        "v=STSv1; id=20160831085700Z;, 20160831085700Z", // the RFC's own
        "v=STSv1;id=1, 1",
        "'v=STSv1 \t; \tid=a \t;\t ', a", // sts-field-delim
        "v=STSv1; x=y; id=b, b", // the order is not significant
        "v=STSv1; id=b; x.y-z_0=%!~; , b", // sts-extension
        "v=STSv1; id=first; id=second, first", // RFC 8461 §3.2: all but the first are ignored
        "v=STSv1; id=12345678901234567890123456789012, 12345678901234567890123456789012",
    })
    void validRecords(String text, String id) {
        assertThat(StsRecord.among(List.of(text))).contains(new StsRecord(id));
        assertThat(StsRecord.among(List.of("v=spf1 -all", text, "STSv1", "")))
                .contains(new StsRecord(id));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "v=STSv1",
                "v=STSv1;",
                "v=STSv1; ;",
                "v=STSv1; x=y",
                "V=STSv1; id=1", // %s: case matters
                "v=stsv1; id=1",
                "v=STSv1; ID=1",
                "v=STSv2; id=1",
                "v=STSv11; id=1",
                " v=STSv1; id=1", // it begins with the version
                "id=1; v=STSv1",
                "v=STSv1; id=",
                "v=STSv1; id=a-b",
                "v=STSv1; id=123456789012345678901234567890123", // 33
                "v=STSv1; id=1; id=a-b",
                "v=STSv1; id=1;; x=y",
                "v=STSv1; id=1; x",
                "v=STSv1; id=1; x=a=b",
                "v=STSv1; id=1; x=a b",
                "v=STSv1; id=1; _x=a",
                "v=STSv1; id=1; x=\u00e4",
                "v=STSv1; id=1\r\n",
            })
    void whatIsNoRecordIsNone(String text) {
        assertThat(StsRecord.among(List.of(text))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"v=STSv1; id=2", "v=STSv1; id=1", "v=STSv1; x"})
    void ofSeveralThereIsNone(String other) {
        assertThat(StsRecord.among(List.of("v=STSv1; id=1", other))).isEmpty();
    }
}

package postern.tlsrpt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import postern.tlsrpt.ReportAddresses.Address;

/** RFC 8460 §3. */
class ReportAddressesTest {

    private static List<String> among(String... texts) {
        return ReportAddresses.among(List.of(texts)).stream().map(Address::text).toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "v=TLSRPTv1;rua=mailto:reports@example.com | mailto:reports@example.com", // §3.1.1
                "v=TLSRPTv1; rua=https://reporting.example.com/v1/tlsrpt |"
                        + " https://reporting.example.com/v1/tlsrpt", // §3.1.2
                "v=TLSRPTv1 ; rua=MAILTO:a@b.example ; | mailto:a@b.example",
                "v=TLSRPTv1; x=y; rua=mailto:a@b.example; z-1=, | mailto:a@b.example",
                "v=TLSRPTv1; rua=mailto:a@b.example; rua=mailto:c@b.example | mailto:a@b.example",
                "v=TLSRPTv1; rua=mailto:a%2Bb%21@b.example | mailto:a+b!@b.example", // RFC 6068 §2
                "v=TLSRPTv1; rua=mailto:a+b@b.example | mailto:a+b@b.example",
                "v=TLSRPTv1; rua=mailto:a@b.example?subject=x&bcc=v@victim.example |"
                        + " mailto:a@b.example",
            })
    void oneAddress(String text, String address) {
        assertThat(among(text)).containsExactly(address);
        assertThat(among("v=spf1 -all", text)).containsExactly(address);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mailto:a@b.example,https://b.example/x",
                "mailto:a@b.example , https://b.example/x",
                "http://b.example/, mailto:a@b.example, ftp:x, https://b.example/x, mailto:nobody",
                "mailto:a@b.example, https://b.example/x, mailto:a@b.example",
                "mailto:a@b.example,https://b.example/x,https://192.0.2.1/,mailto:a@b@c",
            })
    void thoseOfUseAreTaken(String rua) {
        assertThat(among("v=TLSRPTv1; rua=" + rua))
                .containsExactly("mailto:a@b.example", "https://b.example/x");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "v=TLSRPTv1",
                "v=TLSRPTv1;",
                "v=TLSRPTv1; x=y",
                "v=TLSRPTv2; rua=mailto:a@b.example",
                "v=tlsrptv1; rua=mailto:a@b.example",
                "rua=mailto:a@b.example; v=TLSRPTv1",
                "v=TLSRPTv1; rua",
                "v=TLSRPTv1; rua=mailto:a@b.example;;x=y",
                "v=TLSRPTv1; rua=mailto:%0d%0aRCPT@b.example",
                "v=TLSRPTv1; rua=mailto:a%20b@b.example",
                "v=TLSRPTv1; rua=mailto:%zz@b.example",
                "v=TLSRPTv1; rua=mailto:",
                "v=TLSRPTv1; rua=mailto:j%C3%BCrgen@b.example",
            })
    void whatIsNoRecordNamesNobody(String text) {
        assertThat(among(text)).isEmpty();
    }

    @org.junit.jupiter.api.Test
    void ofSeveralThereIsNoneAndNotTooManyOfOne() {
        String record = "v=TLSRPTv1; rua=mailto:a@b.example";
        assertThat(among(record, record)).isEmpty();
        assertThat(
                        among(
                                record
                                        + ",mailto:b@b.example,mailto:c@b.example"
                                        + ",mailto:d@b.example,mailto:e@b.example"))
                .hasSize(4);
    }
}

package postern.tlsrpt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TallyTest {
    private static final Policy STS =
            new Policy(
                    Policy.Type.STS,
                    List.of("version: STSv1", "mode: testing", "x: a\tb\\n"),
                    List.of("*.example"));

    static Failure failure(String type, String reason) {
        return new Failure(type, "192.0.2.1", "mx.example", "", "198.51.100.1", reason);
    }

    private static Tally sample() {
        Tally tally = new Tally();
        for (int i = 0; i < 3; i++) {
            tally.add(new Session("b.example", STS, List.of()));
        }
        var expired = failure("certificate-expired", "");
        tally.add(new Session("b.example", STS, List.of(expired)));
        tally.add(
                new Session(
                        "b.example",
                        STS,
                        List.of(expired, failure("validation-failure", "line\r\nend"))));
        tally.add(new Session("a.example", Policy.NONE, List.of()));
        return tally;
    }

    /** RFC 8460 §4: a session counts once, each of its failures by itself. */
    @Test
    void sessionsAreCountedByDomainPolicyAndFailure() {
        Map<Policy, Tally.Counts> counts = sample().domains().getOrDefault("b.example", Map.of());
        assertThat(counts).hasSize(1);
        Tally.Counts sts = counts.values().iterator().next();
        assertThat(List.of(sts.successes(), sts.failed())).containsExactly(3L, 2L);
        assertThat(sts.failures().values()).containsExactly(2L, 1L);
    }

    @Test
    void whatIsWrittenIsReadAndPartsAddUp() {
        Tally read = Tally.decode(sample().encode());
        assertThat(read.encode()).isEqualTo(sample().encode());
        read.add(sample());
        Tally.Counts twice =
                read.domains().getOrDefault("b.example", Map.of()).values().iterator().next();
        assertThat(List.of(twice.successes(), twice.failed())).containsExactly(6L, 4L);
        assertThat(twice.failures().values()).containsExactly(4L, 2L);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "policy", "policy\ta\tSTS\t1\t2\t9", "policy\ta\tXYZ\t1\t2\t0",
                "policy\ta\tSTS\tx\t2\t0", "policy\ta\tSTS\t1\t2\t-1", "failure\t1", "x\\y"
            })
    void damagedLinesAreNone(String line) {
        assertThatThrownBy(() -> Tally.decode(List.of(line)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void everythingIsBounded() {
        Tally tally = new Tally();
        for (int i = 0; i < Tally.DOMAINS_MAX + 5; i++) {
            tally.add(new Session("d" + i + ".example", Policy.NONE, List.of()));
        }
        assertThat(tally.domains()).hasSize(Tally.DOMAINS_MAX);
        assertThat(tally.lost()).isEqualTo(5);
        for (int i = 0; i < Tally.POLICIES_MAX + 5; i++) {
            var policy = new Policy(Policy.Type.TLSA, List.of("3 1 1 " + i), List.of());
            tally.add(new Session("d1.example", policy, List.of()));
        }
        assertThat(tally.domains().get("d1.example")).hasSize(Tally.POLICIES_MAX);
        for (int i = 0; i < Tally.FAILURES_MAX + 5; i++) {
            tally.add(
                    new Session(
                            "d2.example",
                            Policy.NONE,
                            List.of(failure("validation-failure", "reason " + i))));
        }
        Tally.Counts counts =
                tally.domains().getOrDefault("d2.example", Map.of()).values().iterator().next();
        assertThat(counts.failures()).hasSize(Tally.FAILURES_MAX);
        assertThat(counts.failed()).isEqualTo(Tally.FAILURES_MAX + 5);
    }

    @Test
    void textsOfStrangersDoNotFillTheMemory() {
        Tally tally = new Tally();
        List<String> lines = IntStream.range(0, 200).mapToObj(i -> "y".repeat(100)).toList();
        for (int i = 0; i < Tally.DOMAINS_MAX; i++) {
            tally.add(
                    new Session(
                            "d" + i + ".example",
                            new Policy(Policy.Type.STS, lines, List.of()),
                            List.of()));
        }
        assertThat(tally.lost()).isPositive();
        assertThat(tally.domains().size() * 200L * 100).isLessThan(Tally.OCTETS_MAX);
        assertThat(failure("x", "z".repeat(1000)).reason()).hasSize(Failure.CHARS_MAX);
    }
}

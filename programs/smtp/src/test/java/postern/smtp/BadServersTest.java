package postern.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import postern.mail.Delivery;
import postern.mail.DeliveryRequest;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Outcome.Bounced;
import postern.mail.Outcome.Deferred;
import postern.mail.Outcome.Delivered;
import postern.mail.Recipient;
import postern.smtp.tls.TlsLevel;
import postern.testkit.FakeMx;
import postern.testkit.PeerMisbehaviour;

/** The table in docs/bad-servers.md, row by row. */
@Execution(ExecutionMode.CONCURRENT)
class BadServersTest {
    private static final Path TABLE = root().resolve("docs/bad-servers.md");

    /** Each of their rounds takes all of our patience. */
    private static final Set<PeerMisbehaviour> SLOW =
            EnumSet.of(
                    PeerMisbehaviour.SILENT,
                    PeerMisbehaviour.SILENT_AT_MAIL,
                    PeerMisbehaviour.OCTET_A_SECOND,
                    PeerMisbehaviour.STOPS_READING,
                    PeerMisbehaviour.TLS_SILENT,
                    PeerMisbehaviour.TLS_TRICKLES);

    /** How long we bear with a host that does nothing: as long as it must take to be sure. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    @TempDir Path folder;

    @SuppressWarnings("NullAway.Init") // before each
    private Rig rig;

    record Row(PeerMisbehaviour how, String alone, String withAnother) {}

    static Path root() {
        @Nullable Path at = Path.of("").toAbsolutePath();
        while (at != null && !Files.exists(at.resolve("docs/bad-servers.md"))) {
            at = at.getParent();
        }
        if (at == null) {
            throw new IllegalStateException("not inside Postern's tree");
        }
        return at;
    }

    static List<Row> rows() throws IOException {
        List<Row> rows = new ArrayList<>();
        for (String line : Files.readAllLines(TABLE)) {
            String[] cells = line.split("\\|", -1);
            if (cells.length == 6 && cells[1].strip().matches("[A-Z][A-Z_0-9]+")) {
                rows.add(
                        new Row(
                                PeerMisbehaviour.valueOf(cells[1].strip()),
                                cells[3].strip(),
                                cells[4].strip()));
            }
        }
        return rows;
    }

    @BeforeEach
    void open() {
        rig = new Rig(folder).with(Rig.config(PATIENCE, Rig.REUSE, TlsLevel.MAY));
    }

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void everyMisbehaviourHasARow() throws IOException {
        assertThat(rows().stream().map(Row::how)).containsExactly(PeerMisbehaviour.values());
    }

    private FakeMx bad(PeerMisbehaviour how) {
        FakeMx mx = rig.mx().offering("PIPELINING").misbehaving(how);
        if (how == PeerMisbehaviour.CLOSE_AMONG_ENDS) {
            rig.with(config -> Rig.kind(SmtpConfig.Kind.LMTP, config));
        }
        if (how == PeerMisbehaviour.TLS_CLOSES_SEALED) {
            return mx.sealing(Pki.sealing("self"));
        }
        return how.name().startsWith("TLS_") ? mx.offering("STARTTLS") : mx;
    }

    /** Twice, since some show themselves only at the second message. */
    private String play(FakeMx... hosts) throws IOException {
        String hop = rig.start(hosts);
        if (hosts[0].misbehaviour() == PeerMisbehaviour.CLOSE_AMONG_ENDS) { // LMTP asks for no MX
            hop = "[127.0.0.1]:" + hosts[0].port();
        }
        SmtpTransport transport = rig.transport();
        int rounds = SLOW.contains(hosts[0].misbehaviour()) ? 1 : 2;
        int recipients = 0;
        String said = "";
        for (int round = 0; round < rounds; round++) {
            List<Delivery> done = transport.deliver(request(hop, hosts[0].misbehaviour()));
            recipients += done.size();
            String now =
                    done.stream()
                            .map(delivery -> text(delivery, hosts))
                            .distinct()
                            .collect(Collectors.joining("; "));
            assertThat(said.isEmpty() || foundOut(hosts) || said.equals(now)).as(now).isTrue();
            said = said.isEmpty() ? now : said;
        }
        int copies =
                Stream.of(hosts)
                        .flatMap(host -> host.received().stream())
                        .mapToInt(message -> message.to().size())
                        .sum();
        assertThat(copies).as("copies").isLessThanOrEqualTo(recipients);
        return said + (transport.inDoubt() > 0 ? ", in doubt" : "");
    }

    /** A host that is found out is spared the second time. */
    private static boolean foundOut(FakeMx... hosts) {
        return hosts[0].misbehaviour() == PeerMisbehaviour.LYING_CHUNKING;
    }

    private DeliveryRequest request(String hop, PeerMisbehaviour how) {
        boolean large = // more than TCP buffers, so that it is noticed while we send
                how == PeerMisbehaviour.STOPS_READING || how == PeerMisbehaviour.CLOSE_AFTER_354;
        String body = Rig.BODY + "x".repeat(70).concat("\r\n").repeat(large ? 200_000 : 1);
        return rig.request(
                hop,
                body,
                MailOptions.NONE,
                Recipient.of(Mailbox.of("bob", "d.example")),
                Recipient.of(Mailbox.of("cat", "d.example")));
    }

    private static String text(Delivery delivery, FakeMx... hosts) {
        return switch (delivery.outcome()) {
            case Delivered _ ->
                    hosts.length == 1
                                    || hosts[0].misbehaviour() == PeerMisbehaviour.CLOSE_AMONG_ENDS
                            ? "delivered"
                            : "delivered by the "
                                    + (delivery.relay().startsWith("mx0") ? "first" : "second");
            case Deferred(String status, _, var about) -> "deferred " + status + " " + about;
            case Bounced(String status, _) -> "bounced " + status;
        };
    }

    @ParameterizedTest
    @MethodSource("rows")
    void alone(Row row) throws IOException {
        assertThat(play(bad(row.how()))).isEqualTo(row.alone());
    }

    @ParameterizedTest
    @MethodSource("rows")
    void withASoundHostBehindIt(Row row) throws IOException {
        assertThat(play(bad(row.how()), rig.mx().offering("PIPELINING")))
                .isEqualTo(row.withAnother());
    }

    @Test
    void theTableIsRead() throws IOException {
        assertThat(rows()).hasSizeGreaterThan(20);
        assertThat(Arrays.stream(PeerMisbehaviour.values())).hasSizeGreaterThan(20);
    }
}

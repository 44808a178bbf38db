package postern.qmqpd;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import postern.base.Endpoint;
import postern.config.Cidr;
import postern.config.Key;
import postern.config.Section;
import postern.config.Settings;

/**
 * What qmqpd goes by.
 *
 * @param at where it listens; empty: it does not
 * @param clients networks that it takes mail from
 * @param sessions most at once
 * @param timeout time for an answer, and for as much as the least rate makes of it
 */
public record QmqpdConfig(
        Optional<Endpoint> at, List<Cidr> clients, int sessions, Duration timeout) {
    private static final String SINCE = "0.2";

    private static final Key<Optional<Endpoint>> AT =
            Key.endpoint(
                            "address",
                            "192.0.2.1:628",
                            "Where mail is taken by QMQP; without it there is none.",
                            SINCE)
                    .optional();
    private static final Key<List<Cidr>> CLIENTS =
            Key.networks(
                    "clients",
                    List.of(),
                    "Networks whose hosts may send mail to anywhere by QMQP; all others are hung up on"
                            + " (Postfix: qmqpd_authorized_clients).",
                    SINCE);
    private static final Key<Integer> SESSIONS =
            Key.integer("sessions", 100, 1, 10_000, "Most QMQP sessions at once.", SINCE);
    private static final Key<Duration> TIMEOUT =
            Key.duration(
                    "timeout",
                    "300s",
                    Duration.ofSeconds(1),
                    Duration.ofHours(1),
                    "Time that a client has for 500 octets a second of its message (Postfix:"
                            + " qmqpd_timeout).",
                    SINCE);

    /** {@code [qmqpd]}. */
    public static final Section SECTION =
            new Section(
                    "qmqpd",
                    "Mail from hosts of our own by QMQP. Message size, header, hops and recipients are"
                            + " bounded as in [smtpd].",
                    List.of(AT, CLIENTS, SESSIONS, TIMEOUT));

    public QmqpdConfig {
        clients = List.copyOf(clients);
    }

    public static QmqpdConfig read(Settings settings) {
        Settings.Group group = settings.section(SECTION);
        return new QmqpdConfig(
                group.get(AT), group.get(CLIENTS), group.get(SESSIONS), group.get(TIMEOUT));
    }
}

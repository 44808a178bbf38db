package postern.table;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import postern.base.Endpoint;
import postern.config.Key;

/** The keys of tables on the network. The lookup domain asks them for all others. */
public final class NetworkKeys {
    private static final String SINCE = "0.2";

    public static final Key<List<Endpoint>> SERVERS =
            Key.endpoints(
                    "servers",
                    List.of(),
                    "For socketmap, tcp, memcache and redis: where it is served, \"127.0.0.1:8461\" or"
                            + " \"unix:/run/sts\"; the second and further ones take over while the first"
                            + " cannot be reached or does not answer. Addresses, not names.",
                    SINCE);

    public static final Key<Optional<String>> MAP =
            Key.text(
                            "map",
                            "virtual",
                            Pattern.compile("[!-~]{1,64}"),
                            "a name without spaces",
                            "For socketmap: the name of the table at the server.",
                            SINCE)
                    .optional();

    public static final Key<Duration> TIMEOUT =
            Key.duration(
                    "timeout",
                    "10s",
                    Duration.ofSeconds(1),
                    Duration.ofMinutes(5),
                    "For tables on the network: how long a server may be silent. After that the next is asked;"
                            + " after twice as long, whatever came, mail is put off (451 at RCPT).",
                    SINCE);

    public static final Key<Integer> CONNECTIONS =
            Key.integer(
                    "connections",
                    5,
                    1,
                    100,
                    "For tables on the network: connections to a server at once; more questions wait.",
                    SINCE);

    public static final Key<Duration> CACHE =
            Key.duration(
                    "cache",
                    "10s",
                    Duration.ZERO,
                    Duration.ofHours(1),
                    "For tables on the network: how long an answer is remembered, also that a key is absent;"
                            + " \"0s\" asks each time. A failure is never remembered.",
                    SINCE);

    public static final Key<String> KEY_FORMAT =
            Key.text(
                    "key_format",
                    "%s",
                    "For memcache and redis: what a key is called there, \"mailbox:%s\". %s, %u, %d and %1 to"
                            + " %9 as in a query; a key that has no such part is not asked for.",
                    SINCE);

    /** All of them, in the order of the manual. */
    static final List<Key<?>> ALL = List.of(SERVERS, MAP, TIMEOUT, CONNECTIONS, CACHE, KEY_FORMAT);

    private NetworkKeys() {}
}

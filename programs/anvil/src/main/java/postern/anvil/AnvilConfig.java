package postern.anvil;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import postern.config.Key;
import postern.config.Section;
import postern.config.Settings;

/**
 * What anvil goes by.
 *
 * @param interval over which is counted
 * @param v4Bits length of the prefix that is one client
 * @param v6Bits the same for IPv6
 * @param clients networks and logins remembered at most, each
 * @param sessions open at once from one network
 * @param perNetwork most in an interval; 0 for no limit
 * @param perLogin the same for who authenticated
 */
public record AnvilConfig(
        Duration interval,
        int v4Bits,
        int v6Bits,
        int clients,
        int sessions,
        Map<Deed, Integer> perNetwork,
        Map<Deed, Integer> perLogin) {
    private static final String SINCE = "0.2";
    private static final int RATE_MAX = 10_000_000;

    private static final Key<Duration> INTERVAL =
            Key.duration(
                    "interval",
                    "60s",
                    Duration.ofSeconds(1),
                    Duration.ofHours(1),
                    "Over which all of this is counted (Postfix: anvil_rate_time_unit).",
                    SINCE);
    private static final Key<Integer> V4 =
            Key.integer(
                    "ipv4_prefix",
                    32,
                    8,
                    32,
                    "Length of the IPv4 prefix that counts as one client (Postfix:"
                            + " smtpd_client_ipv4_prefix_length).",
                    SINCE);
    private static final Key<Integer> V6 =
            Key.integer(
                    "ipv6_prefix",
                    64,
                    16,
                    128,
                    "Length of the IPv6 prefix that counts as one client: a host has a whole /64."
                            + " Postfix's smtpd_client_ipv6_prefix_length is 84.",
                    SINCE);
    private static final Key<Integer> CLIENTS =
            Key.integer(
                    "clients",
                    20_000,
                    100,
                    1_000_000,
                    "Networks, and as many logins, that are remembered at most; some 200 octets each.",
                    SINCE);
    private static final Key<Integer> CONNECTIONS =
            rate(
                    "connections",
                    "Most connections of a network in an interval (Postfix:"
                            + " smtpd_client_connection_rate_limit).");
    private static final Key<Integer> MESSAGES =
            rate(
                    "messages",
                    "Most messages of a network in an interval (Postfix:"
                            + " smtpd_client_message_rate_limit).");
    private static final Key<Integer> RECIPIENTS =
            rate(
                    "recipients",
                    "Most recipients of a network in an interval (Postfix:"
                            + " smtpd_client_recipient_rate_limit).");
    private static final Key<Integer> AUTH_FAILURES =
            Key.integer(
                    "auth_failures",
                    30,
                    0,
                    RATE_MAX,
                    "Most failed authentications of a network in an interval; 0 for no limit.",
                    SINCE);
    private static final Key<Integer> TLS_HANDSHAKES =
            rate(
                    "tls_handshakes",
                    "Most TLS handshakes of a network in an interval (Postfix:"
                            + " smtpd_client_new_tls_session_rate_limit).");
    private static final Key<Integer> LOGIN_MESSAGES =
            rate("login_messages", "Most messages of a login in an interval.");
    private static final Key<Integer> LOGIN_RECIPIENTS =
            rate("login_recipients", "Most recipients of a login in an interval.");
    private static final Key<Integer> LOGIN_AUTH_FAILURES =
            Key.integer(
                    "login_auth_failures",
                    30,
                    0,
                    RATE_MAX,
                    "Most failed authentications for a login in an interval, whoever tries; 0 for no"
                            + " limit.",
                    SINCE);

    /** {@code [anvil]}. */
    public static final Section SECTION =
            new Section(
                    "anvil",
                    "How much a client network, or a login, may do in an interval. Trusted networks are"
                            + " exempt from the limits of networks. Sessions at once are limited by"
                            + " sessions_per_client in [smtpd].",
                    List.of(
                            INTERVAL,
                            V4,
                            V6,
                            CLIENTS,
                            CONNECTIONS,
                            MESSAGES,
                            RECIPIENTS,
                            AUTH_FAILURES,
                            TLS_HANDSHAKES,
                            LOGIN_MESSAGES,
                            LOGIN_RECIPIENTS,
                            LOGIN_AUTH_FAILURES));

    public AnvilConfig {
        perNetwork = Map.copyOf(perNetwork);
        perLogin = Map.copyOf(perLogin);
    }

    /**
     * @param sessions most sessions of a network at once
     */
    public static AnvilConfig read(Settings settings, int sessions) {
        Settings.Group group = settings.section(SECTION);
        Map<Deed, Integer> perNetwork = new EnumMap<>(Deed.class);
        perNetwork.put(Deed.CONNECTION, group.get(CONNECTIONS));
        perNetwork.put(Deed.MESSAGE, group.get(MESSAGES));
        perNetwork.put(Deed.RECIPIENT, group.get(RECIPIENTS));
        perNetwork.put(Deed.AUTH_FAILURE, group.get(AUTH_FAILURES));
        perNetwork.put(Deed.TLS_HANDSHAKE, group.get(TLS_HANDSHAKES));
        Map<Deed, Integer> perLogin = new EnumMap<>(Deed.class);
        perLogin.put(Deed.MESSAGE, group.get(LOGIN_MESSAGES));
        perLogin.put(Deed.RECIPIENT, group.get(LOGIN_RECIPIENTS));
        perLogin.put(Deed.AUTH_FAILURE, group.get(LOGIN_AUTH_FAILURES));
        return new AnvilConfig(
                group.get(INTERVAL),
                group.get(V4),
                group.get(V6),
                group.get(CLIENTS),
                sessions,
                perNetwork,
                perLogin);
    }

    private static Key<Integer> rate(String name, String doc) {
        return Key.integer(name, 0, 0, RATE_MAX, doc.replace(").", "; 0 for no limit)."), SINCE);
    }
}

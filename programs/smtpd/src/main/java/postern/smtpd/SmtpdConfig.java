package postern.smtpd;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import postern.base.Endpoint;
import postern.config.Cidr;
import postern.config.Key;
import postern.config.Section;
import postern.config.Settings;
import postern.tls.TlsProvider;

/**
 * What smtpd goes by.
 *
 * @param hostname our name, in the greeting and for {@code <Postmaster>}
 * @param origin completes what is submitted to a bare name, {@code <user>}
 * @param trusted networks whose clients may relay
 * @param proxies networks whose clients may say for whom they speak
 * @param forwarders networks whose clients may say where a message came from
 * @param wakers networks whose clients may have mail for a domain of ours tried
 * @param verpClients networks whose clients may have a reverse-path for each recipient
 * @param strictEnvelope refuses what RFC 5321 §3.3 forbids though it does no harm: a space behind
 *     the colon, an address without brackets
 */
public record SmtpdConfig(
        String hostname,
        String origin,
        List<Cidr> trusted,
        List<Cidr> proxies,
        List<Cidr> forwarders,
        List<Cidr> wakers,
        List<Cidr> verpClients,
        boolean strictEnvelope,
        Services services,
        Tls tls,
        Bounds bounds,
        List<ListenerConfig> listeners) {

    /**
     * Extensions that are offered only where the operator wants them.
     *
     * @param deliverBy RFC 2852
     * @param releaseWithin how far ahead a release may be asked for (RFC 4865), on submission only;
     *     zero for not at all
     * @param priorities RFC 6710
     * @param requireTls RFC 8689, under TLS only
     * @param vrfy who is told by VRFY
     */
    public record Services(
            boolean deliverBy,
            Duration releaseWithin,
            boolean priorities,
            boolean requireTls,
            Vrfy vrfy) {}

    /** Who is told by VRFY whether a recipient exists: RFC 5321 §7.3. */
    public enum Vrfy {
        NOBODY,
        /** Clients that may relay. */
        RELAYED
    }

    /**
     * TLS.
     *
     * @param handshakeLimit time for a handshake
     * @param handshakes most at once
     * @param askClients for a certificate of theirs
     * @param provider who does the work
     */
    public record Tls(
            Duration handshakeLimit, int handshakes, boolean askClients, TlsProvider provider) {}

    /**
     * Bounds.
     *
     * @param messageOctets longest message
     * @param headerOctets longest header of a message, all fields together
     * @param hops most Received fields
     * @param recipients most recipients of one message
     * @param sessions most sessions at once
     * @param sessionsPerClient most sessions of one address at once; trusted networks are exempt
     * @param softErrors errors after which each more costs a second
     * @param hardErrors errors after which the session ends
     * @param junkCommands commands without mail after which each more is an error
     * @param commandLimit time for each command, and for as much content as the least rate makes of
     *     it
     * @param sessionLimit after so long a session ends between two messages
     */
    public record Bounds(
            long messageOctets,
            long headerOctets,
            int hops,
            int recipients,
            int sessions,
            int sessionsPerClient,
            int softErrors,
            int hardErrors,
            int junkCommands,
            Duration commandLimit,
            Duration sessionLimit) {

        /** The same with less patience. */
        Bounds hurried(Duration command, int errors, int junk) {
            return new Bounds(
                    messageOctets,
                    headerOctets,
                    hops,
                    recipients,
                    sessions,
                    sessionsPerClient,
                    Math.min(softErrors, errors),
                    errors,
                    junk,
                    command,
                    sessionLimit);
        }
    }

    private static final String SINCE = "0.1";

    public static final Key<List<Cidr>> TRUSTED =
            Key.networks(
                    "trusted",
                    List.of("127.0.0.0/8", "::1/128"),
                    "Networks whose clients may send mail to anywhere (Postfix: mynetworks).",
                    SINCE);
    private static final Key<List<Cidr>> PROXIES =
            Key.networks(
                    "xclient",
                    List.of(),
                    "Networks whose clients may say by XCLIENT for whom they speak (Postfix:"
                            + " smtpd_authorized_xclient_hosts).",
                    SINCE);
    private static final Key<List<Cidr>> FORWARDERS =
            Key.networks(
                    "xforward",
                    List.of(),
                    "Networks whose clients, content filters mostly, may say by XFORWARD where a message"
                            + " came from; for the log alone (Postfix:"
                            + " smtpd_authorized_xforward_hosts).",
                    SINCE);
    private static final Key<List<Cidr>> WAKERS =
            Key.networks(
                    "etrn",
                    List.of(),
                    "Networks whose clients may have the mail for a domain that is relayed here tried at"
                            + " once (ETRN, RFC 1985; Postfix: smtpd_etrn_restrictions,"
                            + " fast_flush_domains).",
                    SINCE);
    private static final Key<List<Cidr>> VERP =
            Key.networks(
                    "verp",
                    List.of(),
                    "Networks whose clients may ask by XVERP for a reverse-path that names each recipient;"
                            + " on the submission socket everybody may (Postfix:"
                            + " smtpd_authorized_verp_clients).",
                    SINCE);
    private static final Key<Boolean> STRICT =
            Key.bool(
                    "strict_envelope",
                    false,
                    "Refuse a space behind the colon of MAIL FROM: and RCPT TO:, and addresses without"
                            + " angle brackets (Postfix: strict_rfc821_envelopes).",
                    SINCE);
    private static final Key<Long> MESSAGE =
            Key.size(
                    "message_size",
                    "10240000",
                    1024,
                    1L << 40,
                    "Longest message (Postfix: message_size_limit).",
                    SINCE);
    private static final Key<Long> HEADER =
            Key.size(
                    "header_size",
                    "102400",
                    1024,
                    1L << 30,
                    "Longest header of a message, all fields together. Exim's header_maxsize is 1M;"
                            + " Postfix cuts each field at 102400 (header_size_limit).",
                    SINCE);
    private static final Key<Integer> HOPS =
            Key.integer(
                    "hops",
                    100, // RFC 5321 §6.3
                    1,
                    1000,
                    "Received fields above which a message is held to loop. Postfix's hopcount_limit is 50.",
                    SINCE);
    private static final Key<Integer> RECIPIENTS =
            Key.integer(
                    "recipients",
                    1000,
                    100, // RFC 5321 §4.5.3.1.8
                    1000, // what a queued message may have
                    "Most recipients of one message (Postfix: smtpd_recipient_limit).",
                    SINCE);
    private static final Key<Integer> SESSIONS =
            Key.integer("sessions", 1000, 1, 100_000, "Most sessions at once.", SINCE);
    private static final Key<Integer> PER_CLIENT =
            Key.integer(
                    "sessions_per_client",
                    50,
                    1,
                    100_000,
                    "Most sessions of one address at once; trusted networks are exempt (Postfix:"
                            + " smtpd_client_connection_count_limit).",
                    SINCE);
    private static final Key<Integer> SOFT =
            Key.integer(
                    "soft_errors",
                    10,
                    1,
                    10_000,
                    "Errors after which each more costs a second (Postfix: smtpd_soft_error_limit).",
                    SINCE);
    private static final Key<Integer> HARD =
            Key.integer(
                    "hard_errors",
                    20,
                    1,
                    10_000,
                    "Errors after which a session is ended (Postfix: smtpd_hard_error_limit).",
                    SINCE);
    private static final Key<Integer> JUNK =
            Key.integer(
                    "junk_commands",
                    100,
                    1,
                    100_000,
                    "Commands without mail after which each more is an error (Postfix:"
                            + " smtpd_junk_command_limit).",
                    SINCE);
    private static final Key<Duration> COMMAND_LIMIT =
            Key.duration(
                    "timeout",
                    "300s", // RFC 5321 §4.5.3.2.7
                    Duration.ofSeconds(1),
                    Duration.ofHours(1),
                    "Time that a client has for each command, and for content at 500 octets a second"
                            + " (Postfix: smtpd_timeout, smtpd_min_data_rate).",
                    SINCE);
    private static final Key<Duration> SESSION_LIMIT =
            Key.duration(
                    "session_time",
                    "2h",
                    Duration.ofSeconds(10),
                    Duration.ofDays(7),
                    "After so long a session is ended between two messages.",
                    SINCE);

    private static final Key<Boolean> DELIVER_BY =
            Key.bool(
                    "deliver_by",
                    false,
                    "Let senders set a time by which a message is to be delivered (DELIVERBY, RFC"
                            + " 2852).",
                    SINCE);
    private static final Key<Duration> FUTURE_RELEASE =
            Key.duration(
                    "future_release",
                    "0s",
                    Duration.ZERO,
                    Duration.ofDays(1000),
                    "How far ahead users who submit mail may have it sent later (FUTURERELEASE, RFC"
                            + " 4865); 0s for not at all.",
                    SINCE);
    private static final Key<Boolean> PRIORITIES =
            Key.bool(
                    "mt_priority",
                    false,
                    "Let senders set a priority (MT-PRIORITY, RFC 6710). Only who may relay may"
                            + " raise it.",
                    SINCE);

    private static final Key<Boolean> REQUIRE_TLS =
            Key.bool(
                    "requiretls",
                    false,
                    "Let senders ask, under TLS, that a message goes on only under verified TLS"
                            + " (REQUIRETLS, RFC 8689).",
                    SINCE);
    private static final Key<Vrfy> VRFY =
            Key.choice(
                    "vrfy",
                    Vrfy.NOBODY,
                    List.of(Vrfy.values()),
                    "Who is told by VRFY whether a recipient exists: nobody, who gets 252 for"
                            + " everything, or those who may relay (Postfix: disable_vrfy_command).",
                    SINCE);
    private static final Key<Duration> HANDSHAKE_LIMIT =
            Key.duration(
                    "tls_timeout",
                    "30s",
                    Duration.ofSeconds(1),
                    Duration.ofMinutes(10),
                    "Time that a client has for a TLS handshake (Postfix: smtpd_starttls_timeout,"
                            + " 300s; shorter here, since handshakes are bounded in number).",
                    SINCE);
    private static final Key<Integer> HANDSHAKES =
            Key.integer(
                    "tls_handshakes",
                    200,
                    1,
                    100_000,
                    "Most TLS handshakes at once; STARTTLS is answered 454 beyond it.",
                    SINCE);

    static final Key<Boolean> ASK_CLIENTS =
            Key.bool(
                    "client_certificates",
                    false,
                    "Ask clients for a certificate (Postfix: smtpd_tls_ask_ccert). Whoever issued it,"
                            + " its fingerprint is logged and may stand for the client.",
                    SINCE);

    /** The key that problems with that file are about. */
    public static final Key<Optional<Path>> CLIENT_AUTHORITIES =
            Key.path(
                            "client_authorities",
                            "clients-ca.pem",
                            Key.Base.FILE,
                            "Certificates, PEM, of the authorities that vouch for clients (Postfix:"
                                    + " smtpd_tls_CAfile).",
                            SINCE)
                    .optional();

    /** The key that problems with who does TLS are about. */
    public static final Key<TlsProvider> TLS_PROVIDER =
            Key.choice(
                    "tls_provider",
                    TlsProvider.JSSE,
                    List.of(TlsProvider.values()),
                    "Who does the work of TLS toward clients: the JDK (jsse), or Conscrypt, that is"
                            + " BoringSSL (conscrypt), which agrees on keys in the hybrid group"
                            + " X25519MLKEM768 too, and runs native code in the process that strangers"
                            + " speak to. See docs/tls.md.",
                    "0.2");

    /** {@code [smtpd]}. */
    public static final Section SECTION =
            new Section(
                    "smtpd",
                    "How mail is taken in by SMTP, and from whom.",
                    List.of(
                            TRUSTED,
                            MESSAGE,
                            HEADER,
                            HOPS,
                            RECIPIENTS,
                            SESSIONS,
                            PER_CLIENT,
                            SOFT,
                            HARD,
                            JUNK,
                            COMMAND_LIMIT,
                            SESSION_LIMIT,
                            STRICT,
                            PROXIES,
                            FORWARDERS,
                            WAKERS,
                            VERP,
                            DELIVER_BY,
                            FUTURE_RELEASE,
                            PRIORITIES,
                            REQUIRE_TLS,
                            VRFY,
                            HANDSHAKE_LIMIT,
                            HANDSHAKES,
                            ASK_CLIENTS,
                            CLIENT_AUTHORITIES,
                            TLS_PROVIDER));

    private static final Key<String> LISTENER_NAME =
            Key.text("name", "smtp", "What log and trace call the listener.", SINCE).required();
    private static final Key<ListenerConfig.Kind> LISTENER_KIND =
            Key.choice(
                    "kind",
                    ListenerConfig.Kind.SMTP,
                    List.of(ListenerConfig.Kind.values()),
                    "What it is for: mail from other servers (smtp), from users' programs (submission;"
                            + " submissions with TLS from the first octet on, RFC 8314), mail by"
                            + " LMTP (lmtp, RFC 2033; never on port 25),"
                            + " or from users of this machine on a Unix-domain socket (socket).",
                    SINCE);
    private static final Key<Endpoint> LISTENER_AT =
            Key.endpoint("address", ":25", "Where it listens.", SINCE).required();

    private static final Key<ListenerConfig.StartTls> LISTENER_TLS =
            Key.choice(
                    "starttls",
                    ListenerConfig.StartTls.OFFER,
                    List.of(ListenerConfig.StartTls.values()),
                    "STARTTLS there, if there is a certificate: offer it, require it before anything"
                            + " else, or never offer it (Postfix: smtpd_tls_security_level).",
                    SINCE);

    private static final Key<Optional<ListenerConfig.Auth>> LISTENER_AUTH =
            Key.choice(
                            "auth",
                            ListenerConfig.Auth.OFFER,
                            List.of(ListenerConfig.Auth.values()),
                            "AUTH there (RFC 4954): offer it, with passwords only under TLS; offer it all"
                                    + " in clear as well (Postfix: smtpd_tls_auth_only = no); or"
                                    + " never. Without it: offer for submission and submissions,"
                                    + " never for smtp and lmtp (Postfix: smtpd_sasl_auth_enable).",
                            "0.2")
                    .optional();

    private static final Key<List<Cidr>> LISTENER_BALANCERS =
            Key.networks(
                    "proxy_protocol",
                    List.of(),
                    "Networks of load balancers, whose connections begin with a header of the PROXY"
                            + " protocol, version 1 or 2 (Postfix: smtpd_upstream_proxy_protocol).",
                    SINCE);

    /** {@code [[listener]]}. */
    public static final Section LISTENERS =
            Section.repeated(
                    "listener",
                    "Where smtpd listens.",
                    List.of(
                            LISTENER_NAME,
                            LISTENER_KIND,
                            LISTENER_AT,
                            LISTENER_TLS,
                            LISTENER_AUTH,
                            LISTENER_BALANCERS));

    public SmtpdConfig {
        trusted = List.copyOf(trusted);
        proxies = List.copyOf(proxies);
        forwarders = List.copyOf(forwarders);
        wakers = List.copyOf(wakers);
        verpClients = List.copyOf(verpClients);
        listeners = List.copyOf(listeners);
    }

    /** With every default, for tests. */
    public static SmtpdConfig defaults(String hostname, List<ListenerConfig> listeners) {
        return read(Settings.defaults(), hostname).withListeners(listeners);
    }

    public static SmtpdConfig read(Settings settings, String hostname) {
        return read(settings, hostname, hostname);
    }

    /**
     * @param origin the domain that completes what is submitted to a bare name
     */
    public static SmtpdConfig read(Settings settings, String hostname, String origin) {
        Settings.Group group = settings.section(SECTION);
        Bounds bounds =
                new Bounds(
                        group.get(MESSAGE),
                        group.get(HEADER),
                        group.get(HOPS),
                        group.get(RECIPIENTS),
                        group.get(SESSIONS),
                        group.get(PER_CLIENT),
                        group.get(SOFT),
                        group.get(HARD),
                        group.get(JUNK),
                        group.get(COMMAND_LIMIT),
                        group.get(SESSION_LIMIT));
        List<ListenerConfig> listeners =
                settings.each(LISTENERS).stream()
                        .map(
                                each ->
                                        new ListenerConfig(
                                                each.get(LISTENER_NAME),
                                                each.get(LISTENER_KIND),
                                                each.get(LISTENER_AT),
                                                each.get(LISTENER_TLS),
                                                each.get(LISTENER_AUTH)
                                                        .orElse(
                                                                ListenerConfig.Auth.of(
                                                                        each.get(LISTENER_KIND))),
                                                each.get(LISTENER_BALANCERS)))
                        .toList();
        return new SmtpdConfig(
                hostname,
                origin,
                group.get(TRUSTED),
                group.get(PROXIES),
                group.get(FORWARDERS),
                group.get(WAKERS),
                group.get(VERP),
                group.get(STRICT),
                new Services(
                        group.get(DELIVER_BY),
                        group.get(FUTURE_RELEASE),
                        group.get(PRIORITIES),
                        group.get(REQUIRE_TLS),
                        group.get(VRFY)),
                new Tls(
                        group.get(HANDSHAKE_LIMIT),
                        group.get(HANDSHAKES),
                        group.get(ASK_CLIENTS),
                        group.get(TLS_PROVIDER)),
                bounds,
                listeners);
    }

    public SmtpdConfig withListeners(List<ListenerConfig> others) {
        return new SmtpdConfig(
                hostname,
                origin,
                trusted,
                proxies,
                forwarders,
                wakers,
                verpClients,
                strictEnvelope,
                services,
                tls,
                bounds,
                others);
    }
}

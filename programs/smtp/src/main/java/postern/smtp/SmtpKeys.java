package postern.smtp;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import postern.config.Key;
import postern.config.Section;
import postern.config.Settings;
import postern.dns.NextHop;
import postern.mail.mime.SevenBit;
import postern.smtp.tls.StsConfig;
import postern.smtp.tls.TlsConfig;

/** The keys of {@code [smtp]}, most of which a transport of its own may state otherwise. */
final class SmtpKeys {
    private static final String SINCE = SmtpConfig.SINCE;
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration HOUR = Duration.ofHours(1);

    static final Key<String> HELO =
            Key.text(
                    "helo",
                    "",
                    Pattern.compile(
                            "([A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*|\\[[0-9A-Fa-f.]+]|\\[IPv6:[0-9A-Fa-f:.]+])?"),
                    "a host name or an address in brackets",
                    "What we call ourselves, in ASCII (RFC 6531 §3.7.1). Empty: the host's name.",
                    SINCE);

    static final Key<String> NEXT_HOP =
            Key.parsed(
                    "next_hop",
                    "",
                    "a next hop, or several with commas",
                    SmtpKeys::nextHop,
                    "write a domain, \"[host]\", \"[host]:port\" or \"unix:/path\"",
                    "Where all mail of the transport goes, whatever the route says: a domain (by MX),"
                            + " [host], [host]:port or unix:/path of a socket; of several, with commas, the next"
                            + " is tried when one fails. Empty: as the route says.",
                    SINCE);

    static final Key<List<String>> FALLBACK =
            Key.parsedList(
                    "fallback_relay",
                    List.of(),
                    "next hops",
                    SmtpKeys::nextHop,
                    "write a domain, \"[host]\" or \"[host]:port\"",
                    "Next hops that are tried when a destination is not found, or all of its hosts that"
                            + " were tried put the mail off (Postfix: smtp_fallback_relay).",
                    SINCE);

    static final Key<Integer> PORT =
            Key.integer(
                    "port",
                    25,
                    1,
                    65535,
                    "Where hosts listen; a next hop may say otherwise.",
                    SINCE);

    static final Key<List<String>> SRV =
            Key.texts(
                    "srv",
                    List.of(),
                    "Labels of SRV records (RFC 6186) that are asked for before MX, such as"
                            + " _submission._tcp: for a relay that takes submissions (Postfix: use_srv_lookup).",
                    SINCE);

    static final Key<List<InetAddress>> SOURCES =
            Key.parsedList(
                    "source_addresses",
                    List.of(),
                    "addresses",
                    SmtpKeys::address,
                    "write an address, such as \"192.0.2.1\"",
                    "Addresses of this host that connections come from: one of IPv4, one of IPv6 (Postfix:"
                            + " smtp_bind_address). Empty: the system chooses.",
                    SINCE);

    static final Key<Boolean> CHUNKING =
            Key.bool(
                    "chunking",
                    true,
                    "Whether messages go by BDAT (RFC 3030) to hosts that offer it.",
                    SINCE);

    static final Key<SmtpConfig.EightBit> EIGHT_BIT =
            Key.choice(
                    "eight_bit",
                    SmtpConfig.EightBit.CONVERT,
                    List.of(SmtpConfig.EightBit.values()),
                    "What becomes of 8-bit content where the host does not take it: convert encodes the"
                            + " parts concerned, bounce returns the message (RFC 6152 §3). Signed parts are"
                            + " never changed.",
                    SINCE);

    static final Key<SmtpConfig.LongLines> LONG_LINES =
            Key.choice(
                    "long_lines",
                    SmtpConfig.LongLines.KEEP,
                    List.of(SmtpConfig.LongLines.values()),
                    "What becomes of lines of more than 998 octets (RFC 5322 §2.1.1), which a host may"
                            + " refuse: keep sends every octet as it came, encode encodes the parts that have"
                            + " such lines. Signed parts are never changed.",
                    SINCE);

    static final Key<Integer> NESTING =
            Key.integer(
                    "mime_nesting",
                    SevenBit.DEPTH_MAX,
                    1,
                    1000,
                    "Most multiparts in each other that are looked into when a message is converted; one"
                            + " with more is returned where it would have to be (Postfix:"
                            + " mime_nesting_limit).",
                    SINCE);

    static final Key<Boolean> XFORWARD =
            Key.bool(
                    "xforward",
                    false,
                    "Tell hosts that offer XFORWARD which client a message came from: its address, name"
                            + " and HELO, for their logs (Postfix: smtp_send_xforward_command). For"
                            + " content filters and hosts of our own; nobody else should know.",
                    "0.2");

    static final Key<List<InetAddress>> OWN =
            Key.parsedList(
                    "own_addresses",
                    List.of(),
                    "addresses",
                    SmtpKeys::address,
                    "write an address, such as \"192.0.2.1\"",
                    "Where this host takes mail from outside, besides addresses that an SMTP listener"
                            + " names with port 25; those of NAT and proxies, and of a listener on all"
                            + " addresses (Postfix: proxy_interfaces). Mail for a domain whose best"
                            + " mail host is one of them is returned: it would loop.",
                    SINCE);

    static final Key<Duration> CONNECT =
            timeout("connect_timeout", "30s", "For the connection itself.");
    static final Key<Duration> GREETING =
            timeout("greeting_timeout", "5m", "For the greeting (RFC 5321 §4.5.3.2.1).");
    static final Key<Duration> EHLO =
            timeout("ehlo_timeout", "5m", "For the reply to EHLO, HELO and STARTTLS.");
    static final Key<Duration> TLS_TIME = timeout("tls_timeout", "2m", "For the TLS handshake.");
    static final Key<Duration> MAIL =
            timeout("mail_timeout", "5m", "For the reply to MAIL (RFC 5321 §4.5.3.2.2).");
    static final Key<Duration> RCPT =
            timeout("rcpt_timeout", "5m", "For the reply to RCPT (RFC 5321 §4.5.3.2.3).");
    static final Key<Duration> DATA =
            timeout("data_timeout", "2m", "For the reply to DATA (RFC 5321 §4.5.3.2.4).");
    static final Key<Duration> BLOCK =
            timeout("block_timeout", "3m", "For each block of the message (RFC 5321 §4.5.3.2.5).");
    static final Key<Duration> END =
            timeout(
                    "end_timeout",
                    "10m",
                    "For the reply to the end of data (RFC 5321 §4.5.3.2.6).");

    static final Key<Duration> MESSAGE =
            Key.duration(
                    "message_deadline",
                    "1h",
                    SECOND,
                    Duration.ofHours(4), // the queue manager waits for five
                    "For one message over one connection, from MAIL until its content is sent: a host"
                            + " that takes its time at each step does not get it at all of them.",
                    SINCE);

    static final Key<Long> RATE =
            Key.number(
                    "min_rate",
                    500,
                    0,
                    1_000_000,
                    "Octets a second that a host must take of a message, beyond block_timeout"
                            + " (Postfix: smtp_min_data_rate). 0: any.",
                    SINCE);

    static final Key<Duration> IDLE =
            Key.duration(
                    "idle",
                    "5s",
                    Duration.ZERO,
                    Duration.ofMinutes(4),
                    "How long a connection waits for the next message. 0s: each message has its own.",
                    SINCE);

    static final Key<Integer> IDLE_MAX =
            Key.integer(
                    "idle_connections", 200, 0, 10_000, "Connections that wait so at once.", SINCE);

    static final Key<Duration> AGE =
            Key.duration(
                    "connection_age",
                    "300s",
                    SECOND,
                    HOUR,
                    "How old a connection may be to be used again.",
                    SINCE);

    static final Key<Integer> MESSAGES =
            Key.integer(
                    "connection_messages",
                    100,
                    1,
                    100_000,
                    "Messages sent over one connection.",
                    SINCE);

    /** What each transport may state for itself. */
    static final List<Key<?>> OF_A_TRANSPORT =
            join(
                    join(
                            join(
                                    List.of(HELO, NEXT_HOP, PORT, SRV, FALLBACK, SOURCES),
                                    TlsConfig.KEYS),
                            SaslMeans.KEYS),
                    List.of(
                            CHUNKING,
                            EIGHT_BIT,
                            LONG_LINES,
                            NESTING,
                            XFORWARD,
                            OWN,
                            CONNECT,
                            GREETING,
                            EHLO,
                            TLS_TIME,
                            MAIL,
                            RCPT,
                            DATA,
                            BLOCK,
                            END,
                            MESSAGE,
                            RATE,
                            IDLE,
                            IDLE_MAX,
                            AGE,
                            MESSAGES));

    static final Section SECTION =
            new Section(
                    "smtp",
                    "How mail is handed to other hosts.",
                    join(join(OF_A_TRANSPORT, StsConfig.KEYS), DnsConfig.KEYS));

    /** Where values come from: a transport's own section, then {@code [smtp]}. */
    record Reader(Settings.Group own, Settings.Group common) implements TlsConfig.Values {
        static Reader of(Settings.Group only) {
            return new Reader(only, only);
        }

        @Override
        public <T> T get(Key<T> key) {
            return own.stated(key) ? own.get(key) : common.get(key);
        }
    }

    private SmtpKeys() {}

    private static List<Key<?>> join(List<Key<?>> some, List<Key<?>> more) {
        List<Key<?>> all = new ArrayList<>(some);
        all.addAll(more);
        return all;
    }

    private static Key<Duration> timeout(String name, String byDefault, String doc) {
        return Key.duration(name, byDefault, SECOND, HOUR, doc, SINCE);
    }

    private static InetAddress address(String text) {
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException odd) {
            throw new IllegalArgumentException("is no address", odd);
        }
    }

    private static String nextHop(String text) {
        for (String hop : text.isEmpty() ? List.<String>of() : NextHop.each(text)) {
            if (!hop.startsWith("unix:/") && NextHop.parse(hop).isEmpty()) {
                throw new IllegalArgumentException("is no next hop");
            }
        }
        return text;
    }
}

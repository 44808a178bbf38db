package postern.smtp;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import postern.base.Endpoint;
import postern.config.Key;
import postern.config.Section;
import postern.config.Settings;
import postern.dns.DnsSettings.Families;

/**
 * How mail is sent. Defaults are those of RFC 5321 §4.5.3.2 and Postfix.
 *
 * @param helo what we call ourselves
 * @param port where the next hop names none
 * @param tls whether a host's offer of STARTTLS is taken
 * @param families addresses of hosts that are of use
 * @param dnsServers whom to ask; empty: those of resolv.conf(5)
 * @param ownAddresses where this host takes mail from outside, so that mail does not loop
 */
public record SmtpConfig(
        String helo,
        int port,
        Tls tls,
        Timeouts timeouts,
        Reuse reuse,
        Families families,
        List<InetSocketAddress> dnsServers,
        Set<InetAddress> ownAddresses) {
    private static final String SINCE = "0.1";
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration HOUR = Duration.ofHours(1);

    /** Whether connections are encrypted. */
    public enum Tls {
        /** Never: for hosts that offer what they cannot do. */
        NONE,
        /** Where the host offers it, whoever it is; else in clear text: RFC 7435. */
        MAY
    }

    /** How long a host may take for each step: RFC 5321 §4.5.3.2. */
    public record Timeouts(
            Duration connect,
            Duration greeting,
            Duration ehlo,
            Duration tls,
            Duration mail,
            Duration rcpt,
            Duration data,
            Duration block,
            Duration end) {}

    /**
     * How long a connection is kept for the next message.
     *
     * @param idle without use; shorter than any server's patience
     * @param idleMax connections kept at once
     * @param age from its opening on
     * @param messages sent over it
     */
    public record Reuse(Duration idle, int idleMax, Duration age, int messages) {}

    private static final Key<String> HELO =
            Key.text("helo", "", "What we call ourselves. Empty: the host's name.", SINCE);

    private static final Key<Integer> PORT =
            Key.integer(
                    "port",
                    25,
                    1,
                    65535,
                    "Where hosts listen; a next hop may say otherwise.",
                    SINCE);

    private static final Key<Tls> TLS =
            Key.choice(
                    "tls",
                    Tls.MAY,
                    List.of(Tls.values()),
                    "Whether to encrypt: may takes a host's offer without verifying who it is, none"
                            + " never does.",
                    SINCE);

    private static final Key<Families> IP =
            Key.choice(
                    "ip",
                    Families.ANY,
                    List.of(Families.values()),
                    "Which addresses of hosts are of use here.",
                    SINCE);

    private static final Key<List<Endpoint>> DNS_SERVERS =
            Key.endpoints(
                    "dns_servers",
                    List.of(),
                    "Recursive name servers, ADDRESS:PORT. Empty: those of resolv.conf(5).",
                    SINCE);

    private static final Key<List<InetAddress>> OWN =
            Key.parsedList(
                    "own_addresses",
                    List.of(),
                    "addresses",
                    SmtpConfig::address,
                    "write an address, such as \"192.0.2.1\"",
                    "Where this host takes mail from outside. A domain whose best mail host is one of"
                            + " them is not sent to: it would loop.",
                    SINCE);

    private static final Key<Duration> CONNECT =
            timeout("connect_timeout", "30s", "For the connection itself.");
    private static final Key<Duration> GREETING =
            timeout("greeting_timeout", "5m", "For the greeting (RFC 5321 §4.5.3.2.1).");
    private static final Key<Duration> EHLO =
            timeout("ehlo_timeout", "5m", "For the reply to EHLO, HELO and STARTTLS.");
    private static final Key<Duration> TLS_TIME =
            timeout("tls_timeout", "2m", "For the TLS handshake.");
    private static final Key<Duration> MAIL =
            timeout("mail_timeout", "5m", "For the reply to MAIL (RFC 5321 §4.5.3.2.2).");
    private static final Key<Duration> RCPT =
            timeout("rcpt_timeout", "5m", "For the reply to RCPT (RFC 5321 §4.5.3.2.3).");
    private static final Key<Duration> DATA =
            timeout("data_timeout", "2m", "For the reply to DATA (RFC 5321 §4.5.3.2.4).");
    private static final Key<Duration> BLOCK =
            timeout("block_timeout", "3m", "For each block of the message (RFC 5321 §4.5.3.2.5).");
    private static final Key<Duration> END =
            timeout(
                    "end_timeout",
                    "10m",
                    "For the reply to the end of data (RFC 5321 §4.5.3.2.6).");

    private static final Key<Duration> IDLE =
            Key.duration(
                    "idle",
                    "5s",
                    Duration.ZERO,
                    Duration.ofMinutes(4),
                    "How long a connection waits for the next message. 0s: each message has its own.",
                    SINCE);

    private static final Key<Integer> IDLE_MAX =
            Key.integer(
                    "idle_connections", 200, 0, 10_000, "Connections that wait so at once.", SINCE);

    private static final Key<Duration> AGE =
            Key.duration(
                    "connection_age",
                    "300s",
                    SECOND,
                    HOUR,
                    "How old a connection may be to be used again.",
                    SINCE);

    private static final Key<Integer> MESSAGES =
            Key.integer(
                    "connection_messages",
                    100,
                    1,
                    100_000,
                    "Messages sent over one connection.",
                    SINCE);

    public static final Section SECTION =
            new Section(
                    "smtp",
                    "How mail is handed to other hosts.",
                    List.of(
                            HELO,
                            PORT,
                            TLS,
                            IP,
                            DNS_SERVERS,
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
                            IDLE,
                            IDLE_MAX,
                            AGE,
                            MESSAGES));

    public SmtpConfig {
        dnsServers = List.copyOf(dnsServers);
        ownAddresses = Set.copyOf(ownAddresses);
    }

    public static SmtpConfig read(Settings settings, String hostname) {
        Settings.Group group = settings.section(SECTION);
        List<InetSocketAddress> servers = new ArrayList<>();
        for (Endpoint endpoint : group.get(DNS_SERVERS)) {
            if (endpoint instanceof Endpoint.Tcp(InetAddress address, int port)) {
                servers.add(new InetSocketAddress(address, port));
            }
        }
        return new SmtpConfig(
                group.get(HELO).isEmpty() ? hostname : group.get(HELO),
                group.get(PORT),
                group.get(TLS),
                new Timeouts(
                        group.get(CONNECT),
                        group.get(GREETING),
                        group.get(EHLO),
                        group.get(TLS_TIME),
                        group.get(MAIL),
                        group.get(RCPT),
                        group.get(DATA),
                        group.get(BLOCK),
                        group.get(END)),
                new Reuse(
                        group.get(IDLE), group.get(IDLE_MAX), group.get(AGE), group.get(MESSAGES)),
                group.get(IP),
                servers,
                new HashSet<>(group.get(OWN)));
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
}

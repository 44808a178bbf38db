package postern.smtp;

import static java.util.stream.Collectors.toSet;

import java.net.InetAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import postern.config.Settings;
import postern.smtp.tls.TlsConfig;

/**
 * How one transport hands mail on. Defaults are those of RFC 5321 §4.5.3.2 and Postfix.
 *
 * @param helo what we call ourselves
 * @param finding where to
 * @param tls what a connection must have
 */
public record SmtpConfig(
        Kind kind,
        String helo,
        Finding finding,
        TlsConfig tls,
        Speech speech,
        Timeouts timeouts,
        Reuse reuse) {
    static final String SINCE = "0.1";

    /** What is spoken. */
    public enum Kind {
        SMTP,
        /** RFC 2033. */
        LMTP
    }

    /** What is done with content that a host does not take as it is. */
    public enum EightBit {
        /** It is encoded: RFC 6152 §3. */
        CONVERT,
        /** It goes back to its sender. */
        BOUNCE
    }

    /** What is done with lines that a host may refuse for their length. */
    public enum LongLines {
        /** They go out as they came in. */
        KEEP,
        /** The parts that have them are encoded. */
        ENCODE
    }

    /**
     * Where hosts are found.
     *
     * @param nextHop in the place of what the route says; empty: the route's
     * @param port where the next hop names none
     * @param services labels of SRV records asked for before MX
     * @param fallback next hops tried when all hosts of the route's fail
     * @param sources addresses of ours that connections come from, one of a kind at most; empty:
     *     the system's choice
     * @param ownAddresses where this host takes mail from outside, so that mail does not loop
     * @param ownNames of this host, lower case, likewise
     */
    public record Finding(
            String nextHop,
            int port,
            List<String> services,
            List<String> fallback,
            List<InetAddress> sources,
            Set<InetAddress> ownAddresses,
            Set<String> ownNames) {
        public Finding {
            services = List.copyOf(services);
            fallback = List.copyOf(fallback);
            sources = List.copyOf(sources);
            ownAddresses = Set.copyOf(ownAddresses);
            ownNames = Set.copyOf(ownNames);
        }
    }

    /**
     * What is said.
     *
     * @param chunking whether BDAT is used where it is offered: RFC 3030
     * @param longLines of more than 998 octets: RFC 5322 §2.1.1
     * @param nesting most multiparts in each other of a message that is converted
     * @param forwarding whether XFORWARD tells hosts that offer it where messages came from
     */
    public record Speech(
            boolean chunking,
            EightBit eightBit,
            LongLines longLines,
            int nesting,
            boolean forwarding) {}

    /**
     * How long a host may take for each step: RFC 5321 §4.5.3.2.
     *
     * @param message for all of one message but the reply to its end
     * @param rate octets a second that a message flows at least; zero: any
     */
    public record Timeouts(
            Duration connect,
            Duration greeting,
            Duration ehlo,
            Duration tls,
            Duration mail,
            Duration rcpt,
            Duration data,
            Duration block,
            Duration end,
            Duration message,
            long rate) {

        /** How long content of such a length may be under way. */
        Duration flow(long octets) {
            return rate == 0 ? message : block.plusSeconds(octets / rate);
        }
    }

    /**
     * How long a connection is kept for the next message.
     *
     * @param idle without use; shorter than any server's patience
     * @param idleMax connections kept at once
     * @param age from its opening on
     * @param messages sent over it
     */
    public record Reuse(Duration idle, int idleMax, Duration age, int messages) {}

    /** {@code [smtp]}. */
    public static final postern.config.Section SECTION = SmtpKeys.SECTION;

    public static SmtpConfig read(Settings settings, String hostname) {
        return read(SmtpKeys.Reader.of(settings.section(SECTION)), Kind.SMTP, hostname);
    }

    /** Our servers may give themselves the one name, our clients the other. */
    private static Set<String> ownNames(String helo, String hostname) {
        Set<String> names = new HashSet<>(List.of(helo, hostname));
        names.remove("");
        return names.stream().map(name -> name.toLowerCase(Locale.ROOT)).collect(toSet());
    }

    /** With addresses that others of our programs listen on for mail from outside. */
    public SmtpConfig listening(Set<InetAddress> addresses) {
        Set<InetAddress> all = new HashSet<>(finding.ownAddresses);
        all.addAll(addresses);
        var wider =
                new Finding(
                        finding.nextHop,
                        finding.port,
                        finding.services,
                        finding.fallback,
                        finding.sources,
                        all,
                        finding.ownNames);
        return new SmtpConfig(kind, helo, wider, tls, speech, timeouts, reuse);
    }

    static SmtpConfig read(SmtpKeys.Reader keys, Kind kind, String hostname) {
        String helo = keys.get(SmtpKeys.HELO);
        return new SmtpConfig(
                kind,
                helo.isEmpty() ? hostname : helo,
                new Finding(
                        keys.get(SmtpKeys.NEXT_HOP),
                        keys.get(SmtpKeys.PORT),
                        keys.get(SmtpKeys.SRV),
                        keys.get(SmtpKeys.FALLBACK),
                        keys.get(SmtpKeys.SOURCES),
                        new HashSet<>(keys.get(SmtpKeys.OWN)),
                        ownNames(helo, hostname)),
                TlsConfig.read(keys),
                new Speech(
                        keys.get(SmtpKeys.CHUNKING),
                        keys.get(SmtpKeys.EIGHT_BIT),
                        keys.get(SmtpKeys.LONG_LINES),
                        keys.get(SmtpKeys.NESTING),
                        keys.get(SmtpKeys.XFORWARD)),
                new Timeouts(
                        keys.get(SmtpKeys.CONNECT),
                        keys.get(SmtpKeys.GREETING),
                        keys.get(SmtpKeys.EHLO),
                        keys.get(SmtpKeys.TLS_TIME),
                        keys.get(SmtpKeys.MAIL),
                        keys.get(SmtpKeys.RCPT),
                        keys.get(SmtpKeys.DATA),
                        keys.get(SmtpKeys.BLOCK),
                        keys.get(SmtpKeys.END),
                        keys.get(SmtpKeys.MESSAGE),
                        keys.get(SmtpKeys.RATE)),
                new Reuse(
                        keys.get(SmtpKeys.IDLE),
                        keys.get(SmtpKeys.IDLE_MAX),
                        keys.get(SmtpKeys.AGE),
                        keys.get(SmtpKeys.MESSAGES)));
    }
}

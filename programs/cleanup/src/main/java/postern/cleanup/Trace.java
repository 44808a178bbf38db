package postern.cleanup;

import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.TimeZone;
import postern.base.CivilTime;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Origin;
import postern.mail.QueueId;

/** The trace field of RFC 5321 §4.4, and dates as RFC 5322 §3.3 writes them. Any thread. */
final class Trace {
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, d MMM uuuu HH:mm:ss xx", Locale.ROOT);

    /** The text of the second that was asked for last: there are thousands of messages in one. */
    private record Stamp(long second, String text) {}

    private final String hostname;
    private final TimeZone zone;
    private final boolean namesLogin;
    private volatile Stamp last = new Stamp(Long.MIN_VALUE, "");

    /**
     * @param namesLogin whether it says who authenticated; by the protocol it says that somebody
     *     did (RFC 3848)
     */
    Trace(String hostname, TimeZone zone, boolean namesLogin) {
        this.hostname = hostname;
        this.zone = zone;
        this.namesLogin = namesLogin;
    }

    String date(Instant at) {
        Stamp stamp = last;
        if (stamp.second != at.getEpochSecond()) {
            stamp = new Stamp(at.getEpochSecond(), DATE.format(CivilTime.of(at, zone)));
            last = stamp;
        }
        return stamp.text;
    }

    /**
     * The Received field, CRLF included. The recipient is named when it is the only one: RFC 5321
     * §7.2 warns of telling recipients of each other.
     */
    String received(
            Origin origin, QueueId id, MailOptions options, List<Mailbox> recipients, Instant at) {
        StringBuilder field = new StringBuilder(256).append("Received: from ");
        String helo = clean(origin.helo());
        String address = clean(origin.clientAddress());
        if (address.isEmpty()) {
            field.append("localhost (local submission");
            if (!origin.login().isEmpty()) {
                field.append(" by ").append(clean(origin.login()));
            }
            field.append(')');
        } else {
            field.append(helo.isEmpty() ? "unknown" : helo).append(" (");
            field.append(origin.clientName().isEmpty() ? "unknown" : clean(origin.clientName()));
            field.append(" [").append(address).append("])");
        }
        if (namesLogin && !origin.login().isEmpty() && !address.isEmpty()) {
            field.append("\r\n\t(authenticated as ").append(clean(origin.login())).append(')');
        }
        if (!origin.tls().isEmpty()) {
            field.append("\r\n\t(using ").append(comment(origin.tls())).append(')');
        }
        field.append("\r\n\tby ").append(hostname).append(" (Postern) with ");
        field.append(options.smtpUtf8() ? utf8(origin.protocol()) : clean(origin.protocol()));
        field.append(" id ").append(id);
        if (recipients.size() == 1) {
            field.append("\r\n\tfor <").append(recipients.getFirst()).append('>');
        }
        if (options.terms().priority() != 0) { // RFC 6710 §4.1
            field.append("\r\n\tPRIORITY ").append(options.terms().priority());
        }
        return field.append(";\r\n\t").append(date(at)).append("\r\n").toString();
    }

    /** RFC 6531 §4.3: UTF8SMTP, UTF8SMTPA, ... */
    private static String utf8(String protocol) {
        return protocol.startsWith("ESMTP")
                ? "UTF8SMTP" + protocol.substring("ESMTP".length())
                : clean(protocol);
    }

    /** What came from outside stays one token of printable ASCII or UTF-8, without parentheses. */
    private static String clean(String text) {
        return comment(text).replace(' ', '?');
    }

    /** The same within a comment of RFC 5322 §3.2.2, where spaces do no harm. */
    private static String comment(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            clean.append(c < ' ' || c == 0x7f || c == '(' || c == ')' || c == '\\' ? '?' : c);
        }
        return clean.toString();
    }
}

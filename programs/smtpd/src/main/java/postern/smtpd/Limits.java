package postern.smtpd;

import java.time.Duration;
import java.util.List;
import postern.config.Key;
import postern.config.Section;
import postern.config.Settings;
import postern.wire.CommandLength;

/**
 * Bounds against those who mean no good, beside those of {@link SmtpdConfig.Bounds}.
 *
 * @param fieldOctets longest single header field
 * @param dataRate octets of content a second at the least
 * @param commands most commands of a session
 * @param commandLength how long each may be
 * @param mimeNesting most multiparts in each other; 0 where nobody looks
 * @param messageMemory octets of one message held in memory
 * @param totalMemory octets of all messages held in memory
 * @param stress what is different when there is hardly room
 * @param bareNewline what becomes of content with a CR, LF or NUL that stands alone
 */
public record Limits(
        long fieldOctets,
        int dataRate,
        int commands,
        CommandLength commandLength,
        int mimeNesting,
        int messageMemory,
        long totalMemory,
        Stress stress,
        BareNewline bareNewline) {
    private static final String SINCE = "0.2";

    /** What becomes of content with a CR, LF or NUL that stands alone: RFC 5321 §2.3.8. */
    public enum BareNewline {
        REJECT,
        /** An LF becomes CRLF, a CR and a NUL a space. */
        NORMALIZE
    }

    /**
     * Under pressure.
     *
     * @param percent of all sessions from which on it is stress
     * @param commandLimit time for each command of a stranger
     * @param hardErrors errors after which a stranger's session ends
     * @param junkCommands commands without mail after which each more is an error
     */
    public record Stress(int percent, Duration commandLimit, int hardErrors, int junkCommands) {

        boolean at(int open, int most) {
            return percent < 100 && (long) open * 100 >= (long) most * percent;
        }
    }

    private static final Key<Long> FIELD =
            Key.size(
                    "field_size",
                    "102400",
                    1000, // RFC 5322 §2.1.1: a line alone may have 998 octets
                    1L << 30,
                    "Longest single field of a header, its folded lines together (Postfix:"
                            + " header_size_limit).",
                    SINCE);
    private static final Key<Integer> RATE =
            Key.integer(
                    "data_rate",
                    500,
                    1,
                    1_000_000,
                    "Octets of content that come in a second at the least, over the time of a command;"
                            + " below it the session ends (Postfix: smtpd_min_data_rate).",
                    SINCE);
    private static final Key<Integer> COMMANDS =
            Key.integer(
                    "commands",
                    100_000,
                    100,
                    100_000_000,
                    "Most commands of a session; then it ends with 421 between two messages, or at the"
                            + " tenth part more of them anywhere.",
                    SINCE);
    private static final Key<Long> COMMAND_SIZE =
            Key.size(
                    "command_size",
                    "512",
                    CommandLength.PLAIN_OCTETS,
                    CommandLength.PLAIN_OCTETS_MAX,
                    "Longest command line, its end included (RFC 5321 section 4.5.3.1.4). MAIL may have 755"
                            + " octets more and RCPT 536, which is what the parameters of extensions need;"
                            + " AUTH has 12288 in all.",
                    SINCE);
    private static final Key<Integer> MIME_NESTING =
            Key.integer(
                    "mime_nesting",
                    100,
                    0,
                    100,
                    "Most multiparts in each other; a message with more is refused, 0 refuses none. Only a"
                            + " message with so many boundaries is looked into (Postfix:"
                            + " mime_nesting_limit, which counts only where content is checked).",
                    SINCE);
    private static final Key<Long> MESSAGE_MEMORY =
            Key.size(
                    "message_memory",
                    "2MiB",
                    4096,
                    64L << 20,
                    "Octets of one message held in memory; a longer one goes to a file without a name.",
                    SINCE);
    private static final Key<Long> TOTAL_MEMORY =
            Key.size(
                    "total_memory",
                    "32MiB",
                    1L << 20,
                    1L << 30,
                    "Octets of all messages held in memory; then they go to files without a name, and where"
                            + " there is no room for those the answer is 452.",
                    SINCE);
    private static final Key<Integer> STRESS_AT =
            Key.integer(
                    "stress_at",
                    80,
                    1,
                    100,
                    "Percent of the sessions of [smtpd] from which on strangers get less time and patience"
                            + " (Postfix: stress), and those that are idle for longer make room; 100 is"
                            + " never. Trusted clients and those that are known are spared.",
                    SINCE);
    private static final Key<Duration> STRESS_TIMEOUT =
            Key.duration(
                    "stress_timeout",
                    "10s",
                    Duration.ofSeconds(1),
                    Duration.ofHours(1),
                    "Time for each command of a stranger then (Postfix: smtpd_timeout under stress).",
                    SINCE);
    private static final Key<Integer> STRESS_ERRORS =
            Key.integer(
                    "stress_hard_errors",
                    1,
                    1,
                    10_000,
                    "Errors after which a stranger's session ends then (Postfix:"
                            + " smtpd_hard_error_limit under stress).",
                    SINCE);
    private static final Key<Integer> STRESS_JUNK =
            Key.integer(
                    "stress_junk_commands",
                    1,
                    1,
                    100_000,
                    "Commands without mail after which each more of a stranger's is an error then (Postfix:"
                            + " smtpd_junk_command_limit under stress).",
                    SINCE);

    private static final Key<BareNewline> BARE_NEWLINE =
            Key.choice(
                    "bare_newline",
                    BareNewline.REJECT,
                    List.of(BareNewline.values()),
                    "What becomes of a message, by DATA or by BDAT, with a CR, LF or NUL that stands alone:"
                            + " it is refused, or an LF becomes CRLF and the others a space. Only"
                            + " CRLF.CRLF ends data either way (Postfix: smtpd_forbid_bare_newline).",
                    SINCE);

    /** {@code [smtpd.limits]}. */
    public static final Section SECTION =
            new Section(
                    "smtpd.limits",
                    "Bounds against clients that mean no good, beside those of [smtpd] and [anvil]."
                            + " docs/abuse.md tells what they are worth.",
                    List.of(
                            FIELD,
                            RATE,
                            COMMANDS,
                            COMMAND_SIZE,
                            MIME_NESTING,
                            MESSAGE_MEMORY,
                            TOTAL_MEMORY,
                            STRESS_AT,
                            STRESS_TIMEOUT,
                            STRESS_ERRORS,
                            STRESS_JUNK,
                            BARE_NEWLINE));

    public static Limits read(Settings settings) {
        Settings.Group group = settings.section(SECTION);
        return new Limits(
                group.get(FIELD),
                group.get(RATE),
                group.get(COMMANDS),
                new CommandLength(Math.toIntExact(group.get(COMMAND_SIZE))),
                group.get(MIME_NESTING),
                Math.toIntExact(group.get(MESSAGE_MEMORY)),
                group.get(TOTAL_MEMORY),
                new Stress(
                        group.get(STRESS_AT),
                        group.get(STRESS_TIMEOUT),
                        group.get(STRESS_ERRORS),
                        group.get(STRESS_JUNK)),
                group.get(BARE_NEWLINE));
    }
}

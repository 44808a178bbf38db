package postern.pipe;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import postern.config.Key;
import postern.config.Problem;
import postern.config.Section;
import postern.config.Settings;

/**
 * One {@code [pipe.NAME]}: a transport of that name.
 *
 * @param command the program's absolute path, then its arguments, with {@link Macros} in them
 * @param user whom it runs as
 * @param recipients most recipients of one run
 * @param octetsMax longest message; 0: no limit
 */
public record PipeConfig(
        String name,
        List<String> command,
        String user,
        Set<PipeFlag> flags,
        int recipients,
        long octetsMax,
        String nullSender,
        Path directory,
        Duration limit,
        long outputOctets) {
    private static final String SINCE = "0.2";

    private static final Set<String> TAKEN =
            Set.of("local", "smtp", "virtual", "error", "discard", "retry", "hold");

    private static final Key<List<String>> COMMAND =
            Key.parsedList(
                            "command",
                            List.of("/usr/bin/rmail", "${recipient}"),
                            "words of a command, without a shell",
                            Macros::checked,
                            "write ${sender}, ${recipient}, ${original_recipient}, ${user},"
                                    + " ${mailbox}, ${domain}, ${extension}, ${nexthop}, ${size},"
                                    + " ${queue_id}, ${envid}, ${client_address}, ${client_hostname},"
                                    + " ${client_helo}, ${client_protocol} or ${sasl_username}; $$ for a"
                                    + " dollar sign",
                            "The program's absolute path and its arguments (Postfix: argv). ${sender},"
                                    + " ${recipient}, ${original_recipient}, ${user}, ${mailbox}, ${domain},"
                                    + " ${extension}, ${nexthop}, ${size}, ${queue_id}, ${envid}, and of where the"
                                    + " message came from ${client_address}, ${client_hostname}, ${client_helo},"
                                    + " ${client_protocol} and ${sasl_username}, are replaced; an argument with a"
                                    + " recipient's part comes once for each recipient.",
                            SINCE)
                    .required();

    private static final Key<String> USER =
            Key.text("user", "nobody", "The user that the command runs as. Never root.", SINCE)
                    .required();

    private static final Key<String> FLAGS =
            Key.parsed(
                    "flags",
                    "",
                    "letters of BDFORXhqu.>",
                    PipeFlag::checked,
                    "write letters of BDFORXhqu.>",
                    "B: an empty line behind the message. D: a Delivered-To field, and a loop is"
                            + " returned. F: a From_ line in front. O: an X-Original-To field. R: a"
                            + " Return-Path field. X: this is the final delivery. h, u: domains, local parts in"
                            + " arguments in lower case. q: local parts in arguments quoted. .: a dot at"
                            + " the start of a line doubled. >: > before lines that begin with From.",
                    SINCE);

    private static final Key<Integer> RECIPIENTS =
            Key.integer(
                    "recipients",
                    1,
                    1,
                    1000,
                    "Most recipients of one run (Postfix: NAME_destination_recipient_limit). Flags D"
                            + " and O need 1.",
                    SINCE);

    private static final Key<Long> SIZE =
            Key.size(
                    "size",
                    "0",
                    0,
                    Long.MAX_VALUE,
                    "Longest message; a longer one is returned (5.3.4). 0: no limit.",
                    SINCE);

    private static final Key<String> NULL_SENDER =
            Key.text(
                    "null_sender",
                    "MAILER-DAEMON",
                    "What ${sender} is for the empty sender.",
                    SINCE);

    private static final Key<Path> DIRECTORY =
            Key.path(
                    "directory",
                    "/",
                    Key.Base.FILE,
                    "The command's working directory. A message is put off while it cannot be entered.",
                    SINCE);

    private static final Key<Duration> TIME =
            Key.duration(
                    "time_limit",
                    "1000s",
                    Duration.ofSeconds(1),
                    Duration.ofHours(4),
                    "How long a run may take before it is killed with its whole process group and the"
                            + " message deferred.",
                    SINCE);

    private static final Key<Long> OUTPUT =
            Key.size(
                    "output_limit",
                    "1MiB",
                    1024,
                    1 << 30,
                    "How much a run may say before it is killed and the message deferred.",
                    SINCE);

    public static final Section SECTION =
            Section.named(
                    "pipe",
                    "Transports that hand messages to a command.",
                    List.of(
                            COMMAND,
                            USER,
                            FLAGS,
                            RECIPIENTS,
                            SIZE,
                            NULL_SENDER,
                            DIRECTORY,
                            TIME,
                            OUTPUT));

    public PipeConfig {
        command = List.copyOf(command);
        flags = Set.copyOf(flags);
    }

    public static List<PipeConfig> all(Settings settings) {
        return settings.each(SECTION).stream().map(PipeConfig::read).toList();
    }

    private static PipeConfig read(Settings.Group group) {
        Set<PipeFlag> flags = EnumSet.noneOf(PipeFlag.class);
        for (char letter : group.get(FLAGS).toCharArray()) {
            flags.add(PipeFlag.of(letter));
        }
        boolean single =
                flags.contains(PipeFlag.DELIVERED_TO) || flags.contains(PipeFlag.ORIGINAL_TO);
        return new PipeConfig(
                group.name(),
                group.get(COMMAND),
                group.get(USER),
                flags,
                single ? 1 : group.get(RECIPIENTS),
                group.get(SIZE),
                group.get(NULL_SENDER),
                group.get(DIRECTORY),
                group.get(TIME),
                group.get(OUTPUT));
    }

    /** A transport of ours keeps its name, and a command its absolute path. */
    public static List<Problem> check(Settings settings) {
        List<Problem> problems = new ArrayList<>();
        for (Settings.Group group : settings.each(SECTION)) {
            if (TAKEN.contains(group.name())) {
                problems.add(
                        group.problem(
                                COMMAND,
                                "makes a transport called "
                                        + group.name()
                                        + ", which there is already",
                                "choose another name for [pipe." + group.name() + "]"));
            }
            List<String> command = group.get(COMMAND);
            if (command.isEmpty() || !command.getFirst().startsWith("/")) {
                problems.add(
                        group.problem(
                                COMMAND,
                                "does not begin with the absolute path of a program",
                                "write it as \"/usr/bin/rmail\""));
            }
            if (group.get(USER).equals("root")) {
                problems.add(group.problem(USER, "is root", "choose a user without privileges"));
            }
        }
        return problems;
    }

    boolean has(PipeFlag flag) {
        return flags.contains(flag);
    }
}

package postern.command;

import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The words and options of the postern command; parser and manual are made from it. */
final class Grammar {
    private Grammar() {}

    static CommandSpec postern(String version) {
        CommandSpec postern =
                spec("postern", "Runs and asks the Postern mail transfer agent.")
                        .addOption(
                                OptionSpec.builder("-V", "--version")
                                        .versionHelp(true)
                                        .description("Show the version.")
                                        .build());
        postern.version("postern " + version);
        add(postern, spec("start", "Start, and stay in the foreground until stopped."));
        add(
                postern,
                spec("stop", "Stop all programs, once running sessions and attempts are over."));
        add(
                postern,
                spec(
                        "reload",
                        "Read the configuration again. A file with problems is refused, and the"
                                + " configuration in force stays; no session is dropped."));
        add(
                postern,
                spec(
                                "status",
                                "Show each process: domain, pid, uid, restarts, memory, sandbox in force.")
                        .addOption(
                                OptionSpec.builder("--limits")
                                        .description(
                                                "Show sessions and, of the clients and logins that did most"
                                                        + " in this interval, what they did: see [anvil].")
                                        .build()));
        add(postern, check());
        add(postern, queue());
        add(postern, LogGrammar.log());
        add(postern, config());
        add(postern, explain());
        add(postern, table());
        add(postern, tls());
        add(postern, passwd());
        return postern;
    }

    private static CommandSpec passwd() {
        CommandSpec passwd =
                spec(
                        "passwd",
                        "Set the password of a user in the password file (auth.passwords). It is asked for"
                                + " on the terminal, or read as a line from standard input; never an"
                                + " argument, which others can see.");
        passwd.addOption(flag("--delete", "Take the user out of the file."));
        passwd.addOption(flag("--list", "List users and the forms their passwords are kept in."));
        passwd.addOption(
                flag(
                        "--check",
                        "Only tell whether the password is right; the exit status is 0 or 67."));
        passwd.addOption(
                OptionSpec.builder("--scheme")
                        .type(String.class)
                        .paramLabel("SCHEME")
                        .defaultValue(PasswordCommand.SCHEME)
                        .description(
                                "How it is kept: argon2id, bcrypt, sha512-crypt, scram-sha-256,"
                                        + " scram-sha-1, or several with commas. SCRAM is offered"
                                        + " where every user has it. Default "
                                        + PasswordCommand.SCHEME
                                        + ".")
                        .build());
        return passwd.addPositional(
                PositionalParamSpec.builder()
                        .index("0")
                        .arity("0..1")
                        .type(String.class)
                        .paramLabel("USER")
                        .description("The login.")
                        .build());
    }

    private static OptionSpec flag(String name, String description) {
        return OptionSpec.builder(name).description(description).build();
    }

    private static CommandSpec check() {
        CommandSpec check = spec("check", "Read the configuration and tell every problem in it.");
        return check.addOption(
                OptionSpec.builder("--confinement")
                        .description(
                                "Start every domain's process, have it try what it must not do, and"
                                        + " tell what the kernel answered. The exit status is 1 when"
                                        + " something is allowed that must not be.")
                        .build());
    }

    private static CommandSpec queue() {
        CommandSpec queue = spec("queue", "Look at the queue, and change it.");
        add(
                queue,
                QueueOptions.select(
                        spec("list", "List the messages that wait, in the look of mailq.")));
        add(
                queue,
                QueueOptions.ids(
                        spec("show", "Show messages with all their recipients."),
                        "1..*",
                        "Queue ids, as mailq shows them."));
        add(
                queue,
                one(
                        spec(
                                "history",
                                "Tell the life of a message: who handed it in, each attempt, who answered"
                                        + " what, what comes next. It may have left the queue already.")));
        add(queue, one(spec("cat", "Write the content of a message, as it will be sent.")));
        add(
                queue,
                limit(
                        QueueOptions.select(
                                spec(
                                        "summary",
                                        "Count the recipients that wait by destination and age in minutes, with the"
                                                + " last error of each: qshape's table.")),
                        "50"));
        add(
                queue,
                limit(
                        QueueOptions.select(
                                spec(
                                        "top",
                                        "Show the destinations that most recipients wait for, and what is known of"
                                                + " them just now.")),
                        "20"));
        add(queue, action("hold", "Keep messages from being tried."));
        add(queue, action("release", "Let held messages be tried again."));
        add(
                queue,
                action(
                        "requeue",
                        "Route and try messages anew, as if they had just come; held ones too."));
        add(
                queue,
                action(
                        "expire",
                        "Give messages up as at the end of their lifetime: their senders are told."));
        add(
                queue,
                action(
                        "delete",
                        "Delete messages. Nobody is told; an attempt that runs at this moment may"
                                + " still deliver."));
        CommandSpec flush =
                QueueOptions.select(
                        spec(
                                "flush",
                                "Try now: every message, or those that are selected, also where the"
                                        + " destination is left alone."));
        add(queue, flush.addOption(DRY_RUN));
        return queue;
    }

    private static CommandSpec explain() {
        CommandSpec explain = spec("explain", "Tell what would be done, and which line says so.");
        CommandSpec client =
                spec(
                        "client",
                        "Ask every rule about a client, as a session of its would meet them, without a"
                                + " session and without asking the name service.");
        client.addPositional(
                PositionalParamSpec.builder()
                        .index("0")
                        .arity("1")
                        .required(true)
                        .type(String.class)
                        .paramLabel("ADDRESS")
                        .description("The client's IP address.")
                        .build());
        Installation.ClientExplainer.FACTS.forEach(
                (name, meaning) ->
                        client.addOption(
                                OptionSpec.builder("--" + name)
                                        .type(String.class)
                                        .paramLabel(name.toUpperCase(Locale.ROOT))
                                        .description("Say " + meaning + ".")
                                        .build()));
        add(explain, client);
        CommandSpec address =
                operand(
                        spec(
                                "address",
                                "Tell where mail for an address goes: the recipients that stand for it,"
                                        + " each with its class, transport and next hop, and every rule"
                                        + " that led there."),
                        "0",
                        "ADDRESS",
                        "The recipient, as a client would name it.");
        address.addOption(
                OptionSpec.builder("--from")
                        .type(String.class)
                        .paramLabel("SENDER")
                        .description("Whose mail it is; the next hop may depend on it.")
                        .build());
        add(explain, address);
        return explain;
    }

    private static CommandSpec tls() {
        CommandSpec tls = spec("tls", "Try TLS with the hosts of others.");
        CommandSpec check =
                operand(
                        spec(
                                "check",
                                "Walk the way of a message to a domain up to where it would be sent: MX"
                                        + " and addresses with their proofs, TLSA records, MTA-STS, the"
                                        + " policy and why, and a handshake with each host. The exit"
                                        + " status is 0 when mail would go, 75 when it would wait, 69"
                                        + " when it would go back."),
                        "0",
                        "DOMAIN",
                        "A domain, or another next hop: [HOST], [HOST]:PORT.");
        check.addOption(
                OptionSpec.builder("--transport")
                        .type(String.class)
                        .paramLabel("NAME")
                        .description("The NAME of a [transport.NAME] instead of smtp.")
                        .build());
        check.addOption(
                OptionSpec.builder("--requiretls")
                        .description("As for mail that requires protection (RFC 8689).")
                        .build());
        add(tls, check);
        return tls;
    }

    private static CommandSpec table() {
        CommandSpec table = spec("table", "Ask and build lookup tables.");
        CommandSpec query =
                spec(
                        "query",
                        "Show what a table says of a key, in which form of an address or domain it was"
                                + " found, where, and how long it took. The exit status is 1 when it is"
                                + " not there.");
        operand(query, "0", "NAME", "The NAME of a [table.NAME].");
        operand(query, "1", "KEY", "An address, a domain, or what else the table knows.");
        add(table, query);
        CommandSpec build =
                spec(
                        "build",
                        "Compile the texts of tables of kind compiled: all, or those named. A text with"
                                + " a bad line is not compiled, and the old table stays.");
        build.addPositional(
                PositionalParamSpec.builder()
                        .index("0..*")
                        .arity("0..*")
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .paramLabel("NAME|PATH")
                        .description("The NAME of a [table.NAME], or a path with a slash in it.")
                        .build());
        add(table, build);
        return table;
    }

    private static CommandSpec operand(
            CommandSpec spec, String index, String label, String description) {
        return spec.addPositional(
                PositionalParamSpec.builder()
                        .index(index)
                        .arity("1")
                        .required(true)
                        .type(String.class)
                        .paramLabel(label)
                        .description(description)
                        .build());
    }

    private static final OptionSpec DRY_RUN =
            OptionSpec.builder("--dry-run")
                    .description("Change nothing, only tell how many messages it would be.")
                    .build();

    private static CommandSpec action(String name, String text) {
        CommandSpec spec =
                QueueOptions.select(
                        spec(
                                name,
                                text
                                        + " When they are not named by their ids, they are counted first, and it is"
                                        + " asked whether to go on."));
        spec.addOption(DRY_RUN);
        spec.addOption(
                OptionSpec.builder("--all").description("Every message in the queue.").build());
        return spec.addOption(
                OptionSpec.builder("-y", "--yes").description("Do not ask, do it.").build());
    }

    private static CommandSpec limit(CommandSpec spec, String rows) {
        return spec.addOption(
                OptionSpec.builder("--limit")
                        .type(Integer.class)
                        .paramLabel("ROWS")
                        .defaultValue(rows)
                        .description(
                                "At most so many destinations; 0 shows all. Default " + rows + ".")
                        .build());
    }

    private static CommandSpec one(CommandSpec spec) {
        return QueueOptions.ids(spec, "1", "A queue id, as mailq shows it.");
    }

    private static CommandSpec config() {
        CommandSpec config = spec("config", "Show what can be configured.");
        add(config, spec("defaults", "Write a sample file with every key and its default."));
        CommandSpec reference = spec("reference", "Write the reference of every key.");
        reference.addOption(
                OptionSpec.builder("--man")
                        .description("As the manual page postern.toml(5), for man(1).")
                        .build());
        add(config, reference);
        return config;
    }

    static CommandSpec withWhat(CommandSpec spec, String arity, String label) {
        return spec.addPositional(
                PositionalParamSpec.builder()
                        .index("0")
                        .arity(arity)
                        .required(!arity.startsWith("0"))
                        .type(String.class)
                        .paramLabel(label)
                        .description("A queue id, as mailq shows it.")
                        .build());
    }

    /** A command with the options that all have. */
    static CommandSpec spec(String name, String description) {
        CommandSpec spec = CommandSpec.create().name(name);
        spec.usageMessage().description(description);
        spec.addOption(
                OptionSpec.builder("-c", "--config")
                        .type(String.class)
                        .paramLabel("FILE")
                        .description("The configuration file.")
                        .build());
        spec.addOption(OptionSpec.builder("--json").description("Answer in JSON.").build());
        return spec.addOption(
                OptionSpec.builder("-h", "--help")
                        .usageHelp(true)
                        .description("Show this help.")
                        .build());
    }

    static void add(CommandSpec parent, CommandSpec child) {
        parent.addSubcommand(child.name(), child);
    }
}

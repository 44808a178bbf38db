package postern.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;
import postern.base.ControlLine;
import postern.base.Json;
import postern.config.Configuration;
import postern.config.Key;
import postern.config.Problem;
import postern.config.Reference;
import postern.config.Section;
import postern.config.Settings;

/** The postern command: see its manual page, which {@link PosternManual} writes. */
public final class PosternCommand {
    private final Terminal terminal;
    private final Installation installation;

    public PosternCommand(Terminal terminal, Installation installation) {
        this.terminal = terminal;
        this.installation = installation;
    }

    /**
     * @return exit code of sysexits(3), or master's
     */
    public int run(List<String> arguments) {
        Optional<Path> plain = plainStart(arguments);
        if (plain.isPresent()) {
            return start(plain.get());
        }
        CommandLine line = new CommandLine(Grammar.postern(installation.version()));
        line.setExpandAtFiles(false); // "@example.org" is all of a domain, whatever files there are
        List<ParseResult> words = new ArrayList<>();
        try {
            ParseResult parsed = line.parseArgs(arguments.toArray(String[]::new));
            for (ParseResult word = parsed; word != null; word = word.subcommand()) {
                words.add(word);
            }
        } catch (CommandLine.ParameterException misused) {
            terminal.err().println("postern: " + misused.getMessage());
            misused.getCommandLine().usage(terminal.err());
            return ExitStatus.USAGE.code();
        }
        CommandLine last = words.getLast().commandSpec().commandLine();
        if (words.stream().anyMatch(ParseResult::isUsageHelpRequested)) {
            last.usage(terminal.out());
            return ExitStatus.OK.code();
        }
        if (words.getFirst().isVersionHelpRequested()) {
            line.printVersionHelp(terminal.out());
            return ExitStatus.OK.code();
        }
        return new Request(words, last).run();
    }

    /**
     * The file, where the words are {@code start} or {@code -c FILE.toml start}, as nearly all
     * starts are. They mean what the grammar makes of them; but its library is not in the AOT cache
     * (its classes are of a format too old for that), and looking for it opens every jar before
     * anything listens: docs/adr/0007.
     */
    private Optional<Path> plainStart(List<String> words) {
        boolean named = words.size() == 3 && words.getFirst().equals("-c");
        if (!words.equals(List.of("start")) && !(named && words.getLast().equals("start"))) {
            return Optional.empty();
        }
        return named
                ? Optional.of(words.get(1)).filter(PosternCommand::plainFile).map(Path::of)
                : Optional.of(installation.configuration());
    }

    /** No option, no list of arguments, no command. */
    private static boolean plainFile(String word) {
        return word.endsWith(".toml") && !word.startsWith("-") && !word.startsWith("@");
    }

    private int start(Path file) {
        return switch (new ConfigurationFile(terminal.world().disk(), installation).read(file)) {
            case Configuration.Result.Loaded(Settings settings) ->
                    installation.starter().start(file, settings);
            case Configuration.Result.Broken(List<Problem> problems) -> {
                problems.forEach(terminal.err()::println);
                terminal.err().println("postern: not started: " + count(problems));
                yield ExitStatus.CONFIGURATION.code();
            }
        };
    }

    private static String count(List<Problem> problems) {
        return problems.size() == 1 ? "1 problem" : problems.size() + " problems";
    }

    /** One command line, understood. */
    private final class Request {
        private final ParseResult last;
        private final CommandLine shown;
        private final String name;
        private final boolean json;
        private final Optional<Path> named;

        Request(List<ParseResult> words, CommandLine shown) {
            this.last = words.getLast();
            this.shown = shown;
            List<String> names =
                    words.stream().skip(1).map(word -> word.commandSpec().name()).toList();
            this.name = String.join(" ", names);
            this.json = words.stream().anyMatch(word -> word.hasMatchedOption("--json"));
            this.named =
                    words.stream()
                            .map(word -> word.matchedOptionValue("-c", ""))
                            .filter(file -> !file.isEmpty())
                            .reduce((_, second) -> second)
                            .map(Path::of);
        }

        int run() {
            return switch (name) {
                case "start" -> start(file());
                case "stop" -> new MasterClient(terminal, folder()).stop(json).code();
                case "reload" -> new MasterClient(terminal, folder()).reload(json).code();
                case "status" ->
                        (last.hasMatchedOption("--limits")
                                        ? new LimitsReport(terminal, folder()).run(json)
                                        : new MasterClient(terminal, folder()).status(json))
                                .code();
                case "check" ->
                        last.hasMatchedOption("--confinement") ? confinement() : check().code();
                case "queue list" -> queue(fields -> queue().list(fields, json));
                case "queue show" -> queue(fields -> queue().show(fields, json));
                case "queue history" -> queue(fields -> queue().history(fields, json));
                case "queue cat" -> queue(fields -> queue().cat(fields, json));
                case "queue summary" -> queue(fields -> queue().summary(limited(fields), json));
                case "queue top" -> queue(fields -> queue().top(limited(fields), json));
                case "queue flush" -> order("flush", "due now");
                case "queue hold" -> order("hold", "held");
                case "queue release" -> order("release", "released");
                case "queue requeue" -> order("requeue", "requeued");
                case "queue expire" -> order("expire", "expired");
                case "queue delete" -> order("delete", "deleted");
                case "explain client" -> explainClient().code();
                case "explain address" -> explainAddress();
                case "tls check" -> tlsCheck();
                case "table query" ->
                        withSettings(
                                settings -> addresses().query(settings, operand(0), operand(1)));
                case "table build" -> build();
                case "log verify", "log dump", "log salvage" -> log().code();
                case "passwd" -> passwd();
                case "config defaults" -> defaults().code();
                case "config reference" -> reference().code();
                default -> {
                    shown.usage(terminal.err());
                    yield ExitStatus.USAGE.code();
                }
            };
        }

        /** On files, so that it works when nothing runs and the configuration is broken. */
        private ExitStatus log() {
            var file = new ConfigurationFile(terminal.world().disk(), installation);
            return LogCommand.run(terminal, last, json, () -> file.state(named).resolve("queue"));
        }

        private QueueClient queue() {
            return new QueueClient(terminal, folder());
        }

        private int queue(Function<ControlLine, ExitStatus> action) {
            try {
                return action.apply(QueueOptions.fields(last)).code();
            } catch (QueueOptions.Misused misused) {
                terminal.err().println("postern: " + name + ": " + misused.getMessage());
                return ExitStatus.USAGE.code();
            }
        }

        private ControlLine limited(ControlLine fields) {
            int rows = last.commandSpec().findOption("--limit").getValue(); // or the default
            return fields.with("limit", rows);
        }

        private int order(String verb, String done) {
            boolean all = last.hasMatchedOption("--all");
            boolean yes = verb.equals("flush") || last.hasMatchedOption("--yes");
            boolean dry = last.hasMatchedOption("--dry-run");
            return queue(
                    fields -> {
                        boolean everything = QueueOptions.everything(fields);
                        if (all != everything && !verb.equals("flush")) {
                            terminal.err()
                                    .println(
                                            all
                                                    ? "postern: --all is all; leave out the selectors"
                                                    : "postern: say which messages, or --all");
                            return ExitStatus.USAGE;
                        }
                        ControlLine meant = all ? fields.with("older", 0) : fields;
                        return new QueueOrders(terminal, folder())
                                .order(verb, meant, done, dry, yes, json);
                    });
        }

        private StateFolder folder() {
            return stateFolder(terminal, installation, named);
        }

        private Path file() {
            return named.orElse(installation.configuration());
        }

        private int confinement() {
            return switch (new ConfigurationFile(terminal.world().disk(), installation)
                    .read(file())) {
                case Configuration.Result.Loaded(Settings settings) ->
                        new ConfinementReport(terminal, installation.prober()).run(settings, json);
                case Configuration.Result.Broken _ -> check().code();
            };
        }

        private AddressReport addresses() {
            return new AddressReport(terminal, installation.addresses(), json);
        }

        private String operand(int index) {
            return last.matchedPositionalValue(index, "");
        }

        private int tlsCheck() {
            return withSettings(
                    settings ->
                            new TlsReport(terminal, installation.tls(), json)
                                    .run(
                                            settings,
                                            operand(0),
                                            Optional.of(last.matchedOptionValue("--transport", ""))
                                                    .filter(name -> !name.isEmpty()),
                                            last.hasMatchedOption("--requiretls")));
        }

        private int explainAddress() {
            Optional<String> sender = Optional.of(last.matchedOptionValue("--from", ""));
            return withSettings(settings -> addresses().explain(settings, operand(0), sender));
        }

        private int withSettings(ToIntFunction<Settings> action) {
            return switch (new ConfigurationFile(terminal.world().disk(), installation)
                    .read(file())) {
                case Configuration.Result.Loaded(Settings settings) -> action.applyAsInt(settings);
                case Configuration.Result.Broken _ -> check().code();
            };
        }

        /** Before all else is right: the file that is missing may be the one to be made. */
        private int passwd() {
            return switch (new ConfigurationFile(terminal.world().disk(), installation)
                    .readUnchecked(file())) {
                case Configuration.Result.Loaded(Settings settings) ->
                        new PasswordCommand(terminal, installation.passwords().apply(settings))
                                .run(last)
                                .code();
                case Configuration.Result.Broken _ -> check().code();
            };
        }

        private int build() {
            List<String> names =
                    last.matchedPositionals().stream()
                            .flatMap(each -> each.originalStringValues().stream())
                            .toList();
            return switch (new ConfigurationFile(terminal.world().disk(), installation)
                    .readUnchecked(file())) {
                case Configuration.Result.Loaded(Settings settings) ->
                        addresses().build(settings, names);
                case Configuration.Result.Broken _ -> check().code();
            };
        }

        private ExitStatus explainClient() {
            Map<String, String> facts = new LinkedHashMap<>();
            facts.put("client", last.matchedPositionalValue(0, ""));
            for (String fact : Installation.ClientExplainer.FACTS.keySet()) {
                if (last.hasMatchedOption("--" + fact)) {
                    facts.put(fact, last.matchedOptionValue("--" + fact, ""));
                }
            }
            return switch (new ConfigurationFile(terminal.world().disk(), installation)
                    .read(file())) {
                case Configuration.Result.Loaded(Settings settings) ->
                        new RuleReport(terminal, installation.clients()).run(settings, facts, json);
                case Configuration.Result.Broken _ -> check();
            };
        }

        private ExitStatus check() {
            return switch (new ConfigurationFile(terminal.world().disk(), installation)
                    .read(file())) {
                case Configuration.Result.Loaded _ -> {
                    terminal.out()
                            .println(
                                    json
                                            ? Json.of(Map.of("ok", true, "problems", List.of()))
                                            : file() + ": ok");
                    yield ExitStatus.OK;
                }
                case Configuration.Result.Broken(List<Problem> problems) -> {
                    if (json) {
                        List<Object> list = new ArrayList<>();
                        problems.forEach(problem -> list.add(object(problem)));
                        terminal.out().println(Json.of(Map.of("ok", false, "problems", list)));
                    } else {
                        problems.forEach(terminal.err()::println);
                        terminal.err().println("postern: " + count(problems));
                    }
                    yield ExitStatus.CONFIGURATION;
                }
            };
        }

        private static Map<String, Object> object(Problem problem) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("file", problem.file());
            object.put("line", problem.line());
            object.put("column", problem.column());
            object.put("what", problem.what());
            object.put("remedy", problem.remedy());
            return object;
        }

        private ExitStatus defaults() {
            terminal.out().print(json ? keys() : Reference.sampleToml(installation.sections()));
            return ExitStatus.OK;
        }

        private ExitStatus reference() {
            boolean man = last.hasMatchedOption("--man");
            if (json) {
                terminal.out().print(keys());
            } else if (man) {
                terminal.out().print(Reference.man(installation.sections()));
            } else {
                terminal.out().print(Reference.markdown(installation.sections()));
            }
            return ExitStatus.OK;
        }

        private String keys() {
            List<Object> keys = new ArrayList<>();
            for (Section section : installation.sections()) {
                for (Key<?> key : section.keys()) {
                    Map<String, Object> object = new LinkedHashMap<>();
                    object.put("section", section.name());
                    object.put("repeated", section.repeated());
                    object.put("key", key.name());
                    object.put("value", key.describe());
                    key.byDefault().ifPresent(text -> object.put("default", text));
                    object.put("doc", key.doc());
                    object.put("since", key.since());
                    keys.add(object);
                }
            }
            return Json.of(keys) + "\n";
        }
    }

    /** Where running programs are found, for the commands that do not read all of this. */
    public static StateFolder stateFolder(
            Terminal terminal, Installation installation, Optional<Path> named) {
        ConfigurationFile file = new ConfigurationFile(terminal.world().disk(), installation);
        return new StateFolder(installation.usualState(), named, file::state);
    }
}

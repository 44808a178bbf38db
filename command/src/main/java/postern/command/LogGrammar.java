package postern.command;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The words and options of {@code postern log}. */
final class LogGrammar {
    private LogGrammar() {}

    static CommandSpec log() {
        CommandSpec log =
                Grammar.spec(
                        "log",
                        "Read the queue's files while Postern is stopped, or a copy of them. Nothing in"
                                + " them is ever changed.");
        Grammar.add(log, ofFiles("verify", "Check every record, and tell what is damaged."));
        CommandSpec dump = ofFiles("dump", "Show every record, oldest first.");
        Grammar.add(log, Grammar.withWhat(dump, "0..1", "ID"));
        CommandSpec salvage =
                ofFiles(
                        "salvage",
                        "Write the messages that are queued, or those named, into a folder: ID.eml the"
                                + " content, ID.json the envelope and how each recipient stands. What is"
                                + " damaged in part is ID.partial.eml; content without an envelope is"
                                + " ID.orphan.eml. No file is written over.");
        salvage.addOption(
                OptionSpec.builder("--finished")
                        .description("Messages that have left the queue as well.")
                        .build());
        salvage.addPositional(
                PositionalParamSpec.builder()
                        .index("0")
                        .arity("1")
                        .required(true)
                        .type(String.class)
                        .paramLabel("FOLDER")
                        .description("Where to write.")
                        .build());
        salvage.addPositional(
                PositionalParamSpec.builder()
                        .index("1..*")
                        .arity("0..*")
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .paramLabel("ID")
                        .description("Queue ids.")
                        .build());
        Grammar.add(log, salvage);
        return log;
    }

    private static CommandSpec ofFiles(String name, String description) {
        CommandSpec spec = Grammar.spec(name, description);
        spec.addOption(
                OptionSpec.builder("--queue")
                        .type(String.class)
                        .paramLabel("FOLDER")
                        .description("The queue's folder; by default that of the configuration.")
                        .build());
        return spec.addOption(
                OptionSpec.builder("--live")
                        .description(
                                "Read although a running Postern owns the queue: what it writes at"
                                        + " this moment may look unfinished.")
                        .build());
    }
}

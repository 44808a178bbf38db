package postern.command;

import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Writes postern(1) from the grammar, and mailq(1). */
public final class PosternManual {
    /** Options that every command has. */
    private static final Set<String> COMMON = Set.of("--config", "--json", "--help");

    private PosternManual() {}

    public static String postern() {
        CommandSpec postern = Grammar.postern("");
        Manual page = new Manual("postern", 1, "run and ask the Postern mail transfer agent");
        page.section("SYNOPSIS");
        synopsis(postern, "postern", page);
        page.section("DESCRIPTION");
        page.paragraph(
                "One mail system is one configuration file and one state folder. postern start runs it;"
                        + " all other commands ask what runs, or read the file.");
        page.section("COMMANDS");
        commands(postern, "", page);
        page.section("OPTIONS");
        for (OptionSpec option : postern.options()) {
            page.item(form(option), String.join(" ", option.description()));
        }
        page.section("FILES");
        page.item("run/master, run/queue-control", "Sockets in the state folder that are asked.");
        page.exitStatus();
        return page.seeAlso("postern.toml(5)", "sendmail(1)", "mailq(1)").text();
    }

    private static void synopsis(CommandSpec spec, String words, Manual page) {
        for (var child : spec.subcommands().values()) {
            CommandSpec command = child.getCommandSpec();
            if (command.subcommands().isEmpty()) {
                StringBuilder line = new StringBuilder(words).append(" [-c FILE] ");
                line.append(command.name());
                command.options().stream()
                        .filter(option -> !COMMON.contains(option.longestName()))
                        .forEach(
                                option ->
                                        line.append(" [").append(option.longestName()).append(']'));
                line.append(" [--json]");
                command.positionalParameters().forEach(operand -> line.append(operand(operand)));
                page.typed(line.toString());
            } else {
                synopsis(command, words + " " + command.name(), page);
            }
        }
    }

    private static String operand(PositionalParamSpec operand) {
        String label = operand.paramLabel();
        return operand.arity().min() == 0 ? " [" + label + "]" : " " + label;
    }

    private static void commands(CommandSpec spec, String before, Manual page) {
        for (var child : spec.subcommands().values()) {
            CommandSpec command = child.getCommandSpec();
            String words = before + command.name();
            if (command.subcommands().isEmpty()) {
                StringBuilder text = new StringBuilder();
                text.append(String.join(" ", command.usageMessage().description()));
                command.options().stream()
                        .filter(option -> !COMMON.contains(option.longestName()))
                        .forEach(
                                option ->
                                        text.append(" With ")
                                                .append(option.longestName())
                                                .append(": ")
                                                .append(String.join(" ", option.description())));
                page.item(words, text.toString());
            } else {
                commands(command, words + " ", page);
            }
        }
    }

    private static String form(OptionSpec option) {
        String names = String.join(", ", option.names());
        return option.arity().max() == 0 ? names : names + " " + option.paramLabel();
    }

    public static String mailq() {
        Manual page = new Manual("mailq", 1, "list the mail queue");
        page.section("SYNOPSIS").typed("mailq [-C file]");
        page.section("DESCRIPTION");
        page.paragraph(
                "Lists each message that waits: queue id, size in octets, arrival, sender; below, in"
                        + " parentheses, why a recipient waits, and the recipients. An asterisk behind"
                        + " the id means that an attempt runs, an exclamation mark that the message is held. postern queue list --json tells the"
                        + " same to programs.");
        page.paragraph("It is the same as sendmail -bp, and takes its options.");
        page.exitStatus();
        return page.seeAlso("postern(1)", "sendmail(1)").text();
    }
}

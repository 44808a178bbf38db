package postern.command;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;
import postern.base.ControlLine;
import postern.config.Units;

/** How a command line says which messages are meant, and its fields in a request. */
final class QueueOptions {
    /** In one request: docs/protocols/control.md. */
    private static final int IDS_MAX = 256;

    private static final int VALUE_CHARS_MAX = 300;

    /** What is handed on as it stands. */
    private static final List<String> TEXTS =
            List.of("sender", "recipient", "destination", "transport", "reason", "state");

    private QueueOptions() {}

    /** Adds the selectors. */
    static CommandSpec select(CommandSpec spec) {
        ids(spec, "0..*", "Queue ids, as mailq shows them.");
        option(
                spec,
                "sender",
                "ADDRESS",
                "of this sender; <> is the empty one, @DOMAIN every address there");
        option(
                spec,
                "recipient",
                "ADDRESS",
                "with a recipient that waits of this address; @DOMAIN likewise");
        option(
                spec,
                "destination",
                "DOMAIN",
                "with a recipient that waits in this domain, or on its way to this next hop");
        option(spec, "transport", "NAME", "with a recipient that waits for this transport");
        option(spec, "older", "TIME", "that came at least so long ago: 90s, 2h, 3d");
        option(spec, "younger", "TIME", "that came less than so long ago");
        option(spec, "larger", "SIZE", "of at least this size: 5000, 10MiB");
        option(spec, "smaller", "SIZE", "of less than this size");
        option(spec, "reason", "TEXT", "whose last attempt said this, among other words");
        return option(spec, "state", "STATE", "that are active, due, deferred or held");
    }

    private static CommandSpec option(CommandSpec spec, String name, String label, String which) {
        return spec.addOption(
                OptionSpec.builder("--" + name)
                        .type(String.class)
                        .paramLabel(label)
                        .description("Only messages " + which + ".")
                        .build());
    }

    static CommandSpec ids(CommandSpec spec, String arity, String text) {
        return spec.addPositional(
                PositionalParamSpec.builder()
                        .index("0..*")
                        .arity(arity)
                        .required(!arity.startsWith("0"))
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .paramLabel("ID")
                        .description(text)
                        .build());
    }

    /** A mistake in what was typed. */
    static final class Misused extends Exception {
        private static final long serialVersionUID = 1;

        Misused(String message) {
            super(message);
        }
    }

    /**
     * What a request must say: {@code request} alone where everything is meant.
     *
     * @throws Misused a time, a size, an id or a text is none
     */
    static ControlLine fields(ParseResult typed) throws Misused {
        ControlLine fields = ControlLine.of("request", "1");
        List<String> ids = typed.matchedPositionalValue(0, List.of());
        if (!ids.isEmpty()) {
            fields = fields.with("id", joined(ids));
        }
        for (String name : TEXTS) {
            Optional<String> value = value(typed, name);
            if (value.isPresent()) {
                fields = fields.with(name, checked(name, value.get()));
            }
        }
        for (String name : List.of("older", "younger")) {
            Optional<String> value = value(typed, name);
            if (value.isPresent()) {
                Duration time =
                        Units.duration(value.get())
                                .orElseThrow(
                                        () ->
                                                new Misused(
                                                        "--"
                                                                + name
                                                                + " takes a number and s, m, h or d: 2h"));
                fields = fields.with(name, time.toSeconds());
            }
        }
        for (String name : List.of("larger", "smaller")) {
            Optional<String> value = value(typed, name);
            if (value.isPresent()) {
                long octets =
                        Units.octets(value.get())
                                .orElseThrow(
                                        () ->
                                                new Misused(
                                                        "--"
                                                                + name
                                                                + " takes octets, or 10KiB, 5MiB"));
                fields = fields.with(name, octets);
            }
        }
        return fields;
    }

    private static Optional<String> value(ParseResult typed, String name) {
        return typed.hasMatchedOption("--" + name)
                ? Optional.of(typed.matchedOptionValue("--" + name, ""))
                : Optional.empty();
    }

    /** Ids for one request. */
    static String joined(List<String> ids) throws Misused {
        for (String id : ids) {
            boolean plain = id.chars().allMatch(c -> c > ' ' && c < 0x7f && c != ',');
            if (id.isEmpty() || id.length() > 16 || !plain) {
                throw new Misused("\"" + id + "\" is no queue id");
            }
        }
        if (ids.size() > IDS_MAX) {
            throw new Misused("at most " + IDS_MAX + " ids at once");
        }
        return String.join(",", ids);
    }

    private static String checked(String name, String value) throws Misused {
        if (value.length() > VALUE_CHARS_MAX) {
            throw new Misused("--" + name + " is too long");
        }
        return value;
    }

    /** Whether the messages meant are named one by one, or none is stated at all. */
    static boolean named(ControlLine fields) {
        return fields.has("id") && fields.fields().size() == 2;
    }

    static boolean everything(ControlLine fields) {
        return fields.fields().size() == 1;
    }
}

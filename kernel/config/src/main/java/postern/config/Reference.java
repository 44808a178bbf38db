package postern.config;

import java.util.List;
import java.util.Optional;

/** The manual of postern.toml, in three forms, from the declarations in the code. */
public final class Reference {
    private static final int COMMENT_CHARS_MAX = 100;
    private static final String THREE = "\"\"\"";

    /** Where a default of several lines stands instead. */
    private static final String BELOW = "several lines";

    private Reference() {}

    /** For docs/configuration.md. */
    public static String markdown(List<Section> sections) {
        StringBuilder out = new StringBuilder(8192);
        out.append("# postern.toml\n\n");
        out.append("Every key, written from the code by `postern config reference`. ");
        out.append("A key that is not stated has its default.\n");
        for (Section section : sections) {
            String title = section.name().isEmpty() ? "Top of the file" : section.header();
            out.append("\n## ").append(title).append("\n\n").append(section.doc());
            switch (section.form()) {
                case ONCE -> {}
                case REPEATED -> out.append(" May be written several times.");
                case NAMED -> out.append(" One for each name.");
            }
            out.append("\n\n| key | value | default | since | what it is for |\n");
            out.append("|---|---|---|---|---|\n");
            for (Key<?> key : section.keys()) {
                out.append("| `").append(key.name()).append("` | ").append(cell(key.describe()));
                out.append(" | ").append(byDefault(key)).append(" | ").append(key.since());
                out.append(" | ").append(cell(key.doc())).append(" |\n");
            }
            for (Key<?> key : section.keys()) {
                lines(key)
                        .ifPresent(
                                text ->
                                        out.append("\nThe default of `")
                                                .append(key.name())
                                                .append("`:\n\n```toml\n")
                                                .append(key.name())
                                                .append(" = ")
                                                .append(text)
                                                .append("\n```\n"));
            }
            for (Section.Retired old : section.retired()) {
                out.append("\n`").append(old.name()).append("` was retired in ");
                out.append(old.since()).append(": ").append(old.replacement()).append(".\n");
            }
        }
        return out.toString();
    }

    private static String byDefault(Key<?> key) {
        return switch (key.presence()) {
            case DEFAULT ->
                    lines(key).isPresent() ? BELOW : "`" + cell(key.sample().literal()) + "`";
            case REQUIRED -> "required, as `" + cell(key.sample().literal()) + "`";
            case OPTIONAL -> "none; `" + cell(key.sample().literal()) + "` is one";
        };
    }

    /** A default of several lines, as it is written in TOML. */
    private static Optional<String> lines(Key<?> key) {
        return key.sample() instanceof Raw.Text(String text) && text.contains("\n")
                ? Optional.of(
                        THREE
                                + "\n"
                                + text.replace("\\", "\\\\").replace(THREE, "\"\"\\\"")
                                + THREE)
                : Optional.empty();
    }

    private static String cell(String text) {
        return text.replace("|", "\\|");
    }

    /** For conf/postern.toml.sample: every key with its default, commented out. */
    public static String sampleToml(List<Section> sections) {
        StringBuilder out = new StringBuilder(8192);
        comment(out, "Every key of postern.toml with its default, written from the code.");
        comment(out, "Ten lines are enough for most: see the other files of this folder.");
        for (Section section : sections) {
            out.append('\n');
            comment(out, section.doc());
            if (section.form() != Section.Form.ONCE) {
                String header = section.header().replace(".NAME]", ".name]");
                out.append('#').append(header).append('\n');
            } else if (!section.name().isEmpty()) {
                out.append('[').append(section.name()).append("]\n");
            }
            for (Key<?> key : section.keys()) {
                out.append('\n');
                comment(out, key.doc());
                comment(out, "(" + key.describe() + "; " + presence(key) + ")");
                String literal = lines(key).orElseGet(() -> key.sample().literal());
                String value = key.name() + " = " + literal;
                value.lines().forEach(line -> out.append('#').append(line).append('\n'));
            }
        }
        return out.toString();
    }

    private static String presence(Key<?> key) {
        return switch (key.presence()) {
            case DEFAULT -> "this is the default";
            case REQUIRED -> "required, this is an example";
            case OPTIONAL -> "none unless stated, this is an example";
        };
    }

    private static void comment(StringBuilder out, String text) {
        int column = COMMENT_CHARS_MAX;
        for (String word : List.of(text.split(" "))) {
            if (column + 1 + word.length() > COMMENT_CHARS_MAX) {
                out.append(out.isEmpty() || out.charAt(out.length() - 1) == '\n' ? "#" : "\n#");
                column = 1;
            }
            out.append(' ').append(word);
            column += 1 + word.length();
        }
        out.append('\n');
    }

    /** For docs/man/postern.toml.5: man(7). */
    public static String man(List<Section> sections) {
        StringBuilder out = new StringBuilder(8192);
        out.append(".\\\" written from the code by postern config reference --man\n");
        out.append(".TH POSTERN.TOML 5 \"\" Postern \"File formats\"\n");
        out.append(".SH NAME\npostern.toml \\- configuration of the Postern mail transfer agent\n");
        out.append(".SH DESCRIPTION\n");
        out.append(Troff.text("One file in TOML. A key that is not stated has its default. "));
        out.append(Troff.text("An unknown key is an error; "));
        out.append(".B postern check\n");
        out.append(Troff.text("tells every problem at once, with its line and the remedy."));
        for (Section section : sections) {
            out.append(".SH ").append(Troff.quoted(title(section))).append('\n');
            out.append(Troff.text(section.doc()));
            for (Key<?> key : section.keys()) {
                out.append(".TP\n.BR ")
                        .append(Troff.quoted(key.name()))
                        .append(" \" (")
                        .append(Troff.escape(manDefault(key)).replace("\"", "\\(dq"))
                        .append(")\"\n");
                out.append(Troff.text(key.doc()));
                lines(key)
                        .ifPresent(
                                text -> {
                                    out.append(".br\nDefault:\n.nf\n");
                                    text.lines().forEach(line -> out.append(Troff.text(line)));
                                    out.append(".fi\n");
                                });
                out.append(".br\n")
                        .append(
                                Troff.text(
                                        "Value: "
                                                + key.describe()
                                                + ". Since "
                                                + key.since()
                                                + "."));
            }
            for (Section.Retired old : section.retired()) {
                out.append(".TP\n.B ").append(Troff.quoted(old.name())).append('\n');
                out.append(
                        Troff.text("Retired in " + old.since() + ": " + old.replacement() + "."));
            }
        }
        out.append(".SH SEE ALSO\n.BR postern (1),\n.BR sendmail (1),\n.BR mailq (1)\n");
        return out.toString();
    }

    private static String title(Section section) {
        return section.name().isEmpty() ? "TOP OF THE FILE" : section.header();
    }

    private static String manDefault(Key<?> key) {
        return switch (key.presence()) {
            case DEFAULT -> "default: " + (lines(key).isPresent() ? BELOW : key.sample().literal());
            case REQUIRED -> "required, for example " + key.sample().literal();
            case OPTIONAL -> "no default; for example " + key.sample().literal();
        };
    }
}

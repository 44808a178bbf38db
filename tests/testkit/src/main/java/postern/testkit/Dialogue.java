package postern.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A conversation written down, and its player. One step a line:
 *
 * <pre>
 * # RFC 5321 §3.3: what this is about
 * given key = value     what the test sets up before it plays
 * C: text               the client sends the text and CRLF; \r \n \t \0 \\ and \xHH are octets
 * C> text               the same without CRLF
 * S: 250 text*          the server replies; * stands for anything; of a reply with several lines
 *                       the last one counts
 * S: 250-text*          the next line of a reply with several lines
 * tls                   the client shakes hands
 * tick 300s             so much time passes
 * closed                the server closes
 * log glob              a line of the log
 * queue glob            a message that was handed on, as the test describes it
 * none glob             no such message was handed on
 * </pre>
 *
 * <p>Client lines without a server line between them are sent at once.
 */
public final class Dialogue {
    private final String name;
    private final List<Step> steps;

    private record Step(int number, String verb, String text) {}

    private Dialogue(String name, List<Step> steps) {
        this.name = name;
        this.steps = List.copyOf(steps);
    }

    /** What a dialogue is played on; called by one thread. */
    public interface Stage {
        void send(byte[] octets) throws IOException;

        /** The next line without its CRLF; empty when the server closed. */
        Optional<String> line() throws IOException;

        void tick(Duration time);

        /** From now on the conversation is under TLS. */
        void tls() throws IOException;

        List<String> log();

        List<String> queue();
    }

    /** The script did not come true. */
    public static final class Lied extends AssertionError {
        private static final long serialVersionUID = 1;

        Lied(String what) {
            super(what);
        }
    }

    public static Dialogue read(Path script) throws IOException {
        return parse(script.getFileName().toString(), Files.readString(script));
    }

    public static Dialogue parse(String name, String script) {
        List<Step> steps = new ArrayList<>();
        int number = 0;
        for (String line : script.lines().toList()) {
            number++;
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            int space = line.indexOf(' ');
            String verb = space < 0 ? line : line.substring(0, space);
            steps.add(new Step(number, verb, space < 0 ? "" : line.substring(space + 1)));
        }
        return new Dialogue(name, steps);
    }

    public String name() {
        return name;
    }

    /** What the script wants to be set up. */
    public Map<String, String> given() {
        Map<String, String> given = new LinkedHashMap<>();
        for (Step step : steps) {
            if (step.verb.equals("given")) {
                int equals = step.text.indexOf('=');
                given.put(
                        step.text.substring(0, equals).strip(),
                        step.text.substring(equals + 1).strip());
            }
        }
        return given;
    }

    /** Plays all steps; throws {@link Lied} at the first that does not come true. */
    public void play(Stage stage) throws IOException {
        ByteArrayOutputStream unsent = new ByteArrayOutputStream();
        for (Step step : steps) {
            if (!step.verb.startsWith("C") && unsent.size() > 0) {
                stage.send(unsent.toByteArray());
                unsent.reset();
            }
            switch (step.verb) {
                case "given" -> {}
                case "C:" -> unsent.writeBytes(octets(step.text + "\\r\\n"));
                case "C>" -> unsent.writeBytes(octets(step.text));
                case "S:" -> reply(step, stage);
                case "tls" -> stage.tls();
                case "tick" ->
                        stage.tick(Duration.ofSeconds(Long.parseLong(step.text.replace("s", ""))));
                case "closed" -> {
                    Optional<String> line = stage.line();
                    if (line.isPresent()) {
                        throw lied(step, "not closed, but: " + line.get());
                    }
                }
                case "log" -> among(step, stage.log());
                case "queue" -> among(step, stage.queue());
                case "none" -> {
                    if (stage.queue().stream().anyMatch(line -> matches(step.text, line))) {
                        throw lied(step, "handed on: " + stage.queue());
                    }
                }
                default -> throw lied(step, "is no step: " + step.verb);
            }
        }
        if (unsent.size() > 0) {
            stage.send(unsent.toByteArray());
        }
    }

    private void reply(Step step, Stage stage) throws IOException {
        String got = next(step, stage);
        boolean lastCounts = step.text.length() < 4 || step.text.charAt(3) != '-';
        while (lastCounts && got.length() > 3 && got.charAt(3) == '-') {
            got = next(step, stage);
        }
        if (!matches(step.text, got)) {
            throw lied(step, "got " + got + ", expected " + step.text);
        }
    }

    private String next(Step step, Stage stage) throws IOException {
        return stage.line().orElseThrow(() -> lied(step, "closed, expected " + step.text));
    }

    private void among(Step step, List<String> lines) {
        if (lines.stream().noneMatch(line -> matches(step.text, line))) {
            throw lied(step, "no such line among " + lines);
        }
    }

    private Lied lied(Step step, String what) {
        return new Lied(name + " line " + step.number + ": " + what);
    }

    /** Whether the text fits, {@code *} standing for anything. */
    static boolean matches(String glob, String text) {
        String[] parts = glob.split("\\*", -1);
        if (parts.length == 1) {
            return glob.equals(text);
        }
        if (!text.startsWith(parts[0])) {
            return false;
        }
        int at = parts[0].length();
        for (int i = 1; i < parts.length - 1; i++) {
            int found = text.indexOf(parts[i], at);
            if (found < 0) {
                return false;
            }
            at = found + parts[i].length();
        }
        String last = parts[parts.length - 1];
        return text.length() - last.length() >= at && text.endsWith(last);
    }

    private static byte[] octets(String text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int plain = 0;
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '\\' && i + 1 < text.length()) {
                out.writeBytes(text.substring(plain, i).getBytes(StandardCharsets.UTF_8));
                char what = text.charAt(++i);
                if (what == 'x') {
                    out.write(Integer.parseInt(text.substring(i + 1, i + 3), 16));
                    i += 2;
                } else {
                    out.write(
                            switch (what) {
                                case 'r' -> '\r';
                                case 'n' -> '\n';
                                case 't' -> '\t';
                                case '0' -> 0;
                                default -> what;
                            });
                }
                plain = i + 1;
            }
        }
        out.writeBytes(text.substring(plain).getBytes(StandardCharsets.UTF_8));
        return out.toByteArray();
    }
}

package postern.mailbox;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import postern.base.Bug;
import postern.os.Identity;
import postern.os.InputFile;
import postern.os.ProgramRun;

/**
 * A command that takes one message on its standard input.
 *
 * @param words the program's absolute path, then its arguments
 * @param environment its whole environment
 * @param directory its working directory
 * @param limit how long it may run
 * @param outputOctets how much it may say before it is killed
 */
public record Command(
        List<String> words,
        Map<String, String> environment,
        Path directory,
        Duration limit,
        long outputOctets) {

    /** How much of what it says goes into the log and the notice. */
    private static final int OUTPUT_KEPT = 1_000;

    /** Characters by which a command needs a shell; others are words between blanks. */
    private static final String SHELL_CHARACTERS = "$*?[]{}()<>|&;~`'\"\\#=!\n\r";

    private static final String SHELL = "/bin/sh";

    public Command {
        words = List.copyOf(words);
        environment = Map.copyOf(environment);
        Bug.unless(!words.isEmpty(), "a command has a name");
    }

    /**
     * The words of a command line as an administrator or user writes it: the shell reads it where
     * it has characters that mean something to a shell or no absolute path, else it is started
     * directly. Nothing of a message is part of the line.
     */
    public static List<String> words(String line) {
        String stripped = line.strip();
        boolean plain = stripped.startsWith("/");
        for (int i = 0; plain && i < stripped.length(); i++) {
            plain = SHELL_CHARACTERS.indexOf(stripped.charAt(i)) < 0;
        }
        return plain ? List.of(stripped.split("[ \t]+")) : List.of(SHELL, "-c", stripped);
    }

    /** What the system is asked to run. */
    public ProgramRun.Order order(Identity identity, InputFile input) {
        return new ProgramRun.Order(
                words, environment, identity, directory, input, limit, OUTPUT_KEPT, outputOctets);
    }
}

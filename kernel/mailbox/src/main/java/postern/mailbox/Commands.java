package postern.mailbox;

import java.io.IOException;
import java.nio.file.Path;
import postern.base.User;
import postern.mail.Outcome;
import postern.mail.Outcome.About;
import postern.mail.Outcome.Deferred;
import postern.os.InputFile;

/** Hands messages to commands. Any thread. */
public final class Commands {
    private final Identities identities;
    private final Path scratch;

    /**
     * @param scratch the folder where a message lies while a command reads it
     */
    public Commands(Identities identities, Path scratch) {
        this.identities = identities;
        this.scratch = scratch;
    }

    /**
     * Runs the command as the user, with the message as its standard input.
     *
     * @param shown the command in words, for log and notice
     * @param success the words for a delivery
     */
    public Outcome deliver(
            User user, Command command, MessageText message, String shown, String success)
            throws IOException {
        try (InputFile input = InputFile.create(scratch)) {
            message.writeTo(input::write);
            try {
                return SystemExit.outcome(identities.run(user, command, input), shown, success);
            } catch (IOException notStarted) {
                return new Deferred(
                        "4.3.5",
                        "Command cannot be run: \"" + shown + "\": " + notStarted.getMessage(),
                        About.RECIPIENT);
            }
        }
    }
}

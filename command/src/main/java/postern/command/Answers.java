package postern.command;

import java.io.IOException;
import postern.base.ControlLine;

/** What goes wrong in asking, as messages and exit codes. */
final class Answers {
    private Answers() {}

    /** The program answered with an error. */
    static ExitStatus refused(Terminal terminal, ControlLine result) {
        terminal.err().println("postern: " + result.field("text"));
        return switch (result.field("code")) {
            case "usage" -> ExitStatus.USAGE;
            case "unknown" -> ExitStatus.NO_INPUT;
            case "noperm" -> ExitStatus.NO_PERMISSION;
            default -> ExitStatus.TEMPORARY;
        };
    }

    /** There was no answer, or not all of it. */
    static ExitStatus failed(Terminal terminal, IOException failed) {
        if (failed instanceof ControlClient.Unreachable) {
            terminal.err().println("postern: cannot reach Postern: " + failed.getMessage());
            if (String.valueOf(failed.getMessage()).endsWith("Permission denied")) {
                terminal.err()
                        .println("postern: this user may not ask; use root or Postern's user");
                return ExitStatus.NO_PERMISSION;
            }
            terminal.err().println("postern: is it running? \"postern start\" starts it");
            return ExitStatus.UNAVAILABLE;
        }
        terminal.err().println("postern: " + failed.getMessage());
        return ExitStatus.TEMPORARY;
    }
}

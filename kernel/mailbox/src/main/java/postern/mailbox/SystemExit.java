package postern.mailbox;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import postern.mail.Outcome;
import postern.mail.Outcome.About;
import postern.mail.Outcome.Bounced;
import postern.mail.Outcome.Deferred;
import postern.mail.Outcome.Delivered;
import postern.os.ProgramRun;
import postern.os.ProgramRun.End;

/**
 * What the end of a command says about the delivery, by sysexits(3) and the enhanced status code
 * (RFC 3463) that its output may begin with; the codes are Postfix's. A command that is killed for
 * its time or its noise, by a signal, or that a shell cannot find, is tried again: none of that is
 * the sender's fault.
 */
final class SystemExit {
    private static final Pattern STATUS =
            Pattern.compile("([45]\\.\\d{1,3}\\.\\d{1,3})[ \t]+(.*)", Pattern.DOTALL);
    private static final int NOT_EXECUTABLE = 126; // of the shell
    private static final int NOT_FOUND = 127;

    private SystemExit() {}

    /**
     * @param command for the words
     * @param success the words for one that did it
     */
    static Outcome outcome(ProgramRun.Result result, String command, String success) {
        String said = result.output().isEmpty() ? "" : ". Command output: " + result.output();
        return switch (result.end()) {
            case End.Exited(int code) when code == 0 -> new Delivered("2.0.0", success);
            case End.Exited(int code) -> failed(code, command, result.output(), said);
            case End.Killed(int signal) ->
                    later("Command died with signal " + signal + ": \"" + command + "\"" + said);
            case End.TooLong() -> later("Command time limit exceeded: \"" + command + "\"" + said);
            case End.TooMuch() ->
                    later("Command output limit exceeded: \"" + command + "\"" + said);
        };
    }

    private static Outcome failed(int code, String command, String output, String said) {
        Matcher stated = STATUS.matcher(output);
        if (stated.matches()) {
            return of(stated.group(1), stated.group(2));
        }
        if (code == NOT_FOUND || code == NOT_EXECUTABLE) {
            return of("4.3.5", "Command cannot be run: \"" + command + "\"" + said);
        }
        return switch (code) {
            case 64 -> of("5.3.0", "command line usage error" + said);
            case 65 -> of("5.6.0", "data format error" + said);
            case 66 -> of("5.3.0", "cannot open input" + said);
            case 67 -> of("5.1.1", "user unknown" + said);
            case 68 -> of("5.1.2", "host name unknown" + said);
            case 69 -> of("5.3.0", "service unavailable" + said);
            case 70 -> of("5.3.0", "internal software error" + said);
            case 71 -> of("4.3.0", "system resource problem" + said);
            case 72 -> of("5.3.0", "critical OS file missing" + said);
            case 73 -> of("5.2.0", "can't create user output file" + said);
            case 74 -> of("5.3.0", "input/output error" + said);
            case 75 -> of("4.3.0", "temporary failure" + said);
            case 76 -> of("5.5.0", "remote error in protocol" + said);
            case 77 -> of("5.7.0", "permission denied" + said);
            case 78 -> of("5.3.5", "local configuration error" + said);
            default ->
                    of(
                            "5.3.0",
                            String.format(
                                    Locale.ROOT,
                                    "Command died with status %d: \"%s\"%s",
                                    code,
                                    command,
                                    said));
        };
    }

    private static Outcome later(String why) {
        return of("4.3.0", why);
    }

    private static Outcome of(String status, String why) {
        return status.startsWith("4.")
                ? new Deferred(status, why, About.RECIPIENT)
                : new Bounced(status, why);
    }
}

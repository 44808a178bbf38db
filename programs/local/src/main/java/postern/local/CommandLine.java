package postern.local;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import postern.base.User;
import postern.mailbox.Command;

/**
 * What a command of a user gets to know: a clean environment with the names that Postfix's local(8)
 * exports. Nothing of the message becomes part of the command line; what comes from outside loses
 * all characters that mean something to a shell.
 */
final class CommandLine {
    /** What is kept of texts from outside. Origin: Postfix, command_expansion_filter. */
    private static final String KEPT =
            "1234567890!@%-_=+:,./abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    /** Where programs are looked for. Origin: _PATH_DEFPATH of the C library. */
    private static final String PATH = "/usr/bin:/bin";

    /** Longest value in characters: two addresses of RFC 5321 §4.5.3.1. */
    private static final int VALUE_CHARS_MAX = 640;

    private CommandLine() {}

    /**
     * The command.
     *
     * @param line as the administrator or the user wrote it
     * @param directory where it is run
     */
    static Command of(
            String line, User user, Path directory, Letter letter, LocalConfig.Programs limits) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("PATH", PATH);
        environment.put("SHELL", "/bin/sh");
        environment.put("LANG", "C.UTF-8");
        environment.put("HOME", user.home().toString());
        environment.put("USER", user.name());
        environment.put("LOGNAME", user.name());
        environment.put("SENDER", clean(letter.request().sender().toString()));
        environment.put("RECIPIENT", clean(letter.mailbox().toString()));
        environment.put("ORIGINAL_RECIPIENT", clean(letter.original()));
        environment.put("LOCAL", clean(letter.mailbox().localPart()));
        environment.put("DOMAIN", clean(letter.mailbox().domain().text()));
        environment.put("EXTENSION", clean(letter.extension()));
        environment.put("QUEUE_ID", letter.request().id().text());
        environment.values().removeIf(String::isEmpty);
        return new Command(
                Command.words(line), environment, directory, limits.limit(), limits.outputOctets());
    }

    static String clean(String text) {
        var clean = new StringBuilder(text.length());
        for (int i = 0; i < Math.min(text.length(), VALUE_CHARS_MAX); i++) {
            char c = text.charAt(i);
            clean.append(KEPT.indexOf(c) >= 0 ? c : '_');
        }
        return clean.toString();
    }
}

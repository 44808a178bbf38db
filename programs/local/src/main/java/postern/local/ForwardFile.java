package postern.local;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import postern.base.Log;
import postern.base.LogLine;
import postern.base.User;
import postern.os.OwnedFile;
import postern.table.Aliases;
import postern.table.Aliases.Target;

/**
 * A user's own instructions. Read with the user's rights, and only what is a plain file, belongs to
 * the user or to root, and cannot be written by everybody; any other is as good as none, with a
 * warning, so that nobody decides where another's mail goes.
 */
final class ForwardFile {
    /** Longest one read. Origin: Postfix has no bound; 1,000 addresses fit many times over. */
    private static final int OCTETS_MAX = 1 << 20;

    /** What an extension may hold to be part of a file's name. */
    private static final String KEPT =
            "1234567890!@%-_=+:,.abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    private final List<String> paths;
    private final Log log;

    ForwardFile(List<String> paths, Log log) {
        this.paths = paths;
        this.log = log;
    }

    /**
     * What it says; an empty list where there is none. The calling thread has the user's rights.
     *
     * @throws IOException it is there and cannot be read: what the user wants is not known
     */
    List<Target> read(User user, String extension) throws IOException {
        for (String template : paths) {
            Optional<Path> path = path(template, user, extension);
            if (path.isPresent()) {
                Optional<OwnedFile> file = OwnedFile.read(path.get(), OCTETS_MAX);
                if (file.isPresent()) {
                    return sound(path.get(), file.get(), user)
                            ? Aliases.listed(file.get().text())
                            : List.of();
                }
            }
        }
        return List.of();
    }

    /** Where that is for the user; empty where the extension is none for a file's name. */
    static Optional<Path> path(String template, User user, String extension) {
        if (template.contains("{extension}")) {
            if (extension.isEmpty() || extension.startsWith(".")) {
                return Optional.empty();
            }
            for (int i = 0; i < extension.length(); i++) {
                if (KEPT.indexOf(extension.charAt(i)) < 0) {
                    return Optional.empty();
                }
            }
        }
        String text =
                template.replace("{extension}", extension)
                        .replace("{user}", user.name())
                        .replace("{home}", user.home().toString());
        return text.startsWith("/") ? Optional.of(Path.of(text)) : Optional.empty();
    }

    private boolean sound(Path path, OwnedFile file, User user) {
        String why = "";
        if (!file.regular()) {
            why = "is no plain file";
        } else if (file.uid() != 0 && file.uid() != user.uid()) {
            why = "belongs to uid " + Integer.toUnsignedString(file.uid());
        } else if (file.worldWritable()) {
            why = "can be written by everybody";
        }
        if (!why.isEmpty()) {
            log.warning(LogLine.about("local").with("ignored", path).say(why));
        }
        return why.isEmpty();
    }
}

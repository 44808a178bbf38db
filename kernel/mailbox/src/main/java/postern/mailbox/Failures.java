package postern.mailbox;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.util.Locale;
import postern.mail.Outcome;
import postern.mail.Outcome.About;
import postern.mail.Outcome.Deferred;

/** What a mailbox that cannot be written means for the delivery. */
public final class Failures {
    private Failures() {}

    /**
     * Maildirs and mboxes say what went wrong; none of it is the recipient's or the sender's fault:
     * it is tried again, and the text is what the sender reads when it never succeeds.
     */
    public static Outcome outcome(IOException failed) {
        String why = String.valueOf(failed.getMessage());
        String lower = why.toLowerCase(Locale.ROOT);
        if (lower.contains("quota") || failed instanceof Mbox.TooLarge) {
            return deferred("4.2.2", "mailbox is full: " + why);
        }
        if (lower.contains("no space left")) {
            return deferred("4.3.1", "file system is full: " + why);
        }
        if (failed instanceof AccessDeniedException) {
            return deferred("4.2.0", "mailbox is not accessible: " + why);
        }
        if (failed instanceof Mbox.Locked) {
            return deferred("4.2.0", why);
        }
        boolean bare = failed instanceof FileSystemException file && file.getReason() == null;
        return deferred("4.3.0", "cannot deliver: " + (bare ? failed.toString() : why));
    }

    private static Outcome deferred(String status, String why) {
        return new Deferred(status, why, About.RECIPIENT);
    }
}

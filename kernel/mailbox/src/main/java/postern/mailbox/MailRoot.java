package postern.mailbox;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.OptionalLong;
import postern.base.Disk;

/**
 * The folder that all mailboxes lie below. It is never made by a delivery: where it is missing, the
 * file system that it lies on is, and mail must not fall into the folder that is there in its
 * place. Any thread.
 */
public final class MailRoot {
    private final Disk disk;
    private final Path root;
    private final Path above;
    private final boolean mountPoint;

    /** The file system that was last seen mounted right there; none so far. */
    private volatile OptionalLong mounted = OptionalLong.empty();

    /**
     * Looks at it at once, so that a file system that goes later is missed.
     *
     * @param mountPoint whether it has to be one, also where none was ever seen there
     */
    public MailRoot(Disk disk, Path root, boolean mountPoint) {
        this.mountPoint = mountPoint;
        this.disk = disk;
        this.root = root;
        this.above = root.resolve(".."); // of where links lead, as the kernel reads it
        try {
            check();
        } catch (IOException notYet) {
            // every delivery asks again and tells
        }
    }

    /** It is not there, or its file system is not. */
    public static final class Gone extends IOException {
        private static final long serialVersionUID = 1;

        Gone(String why) {
            super(why);
        }
    }

    /**
     * Tells whether mail may be written below it.
     *
     * @throws Gone it may not be now
     */
    public void check() throws IOException {
        OptionalLong here;
        try {
            here = disk.device(root);
        } catch (NoSuchFileException none) {
            throw new Gone(
                    "the folder of mailboxes, " + root + ", does not exist; is it not mounted?");
        }
        OptionalLong known = mounted;
        if (here.isEmpty() || here.equals(known)) {
            return;
        }
        if (!here.equals(disk.device(above))) {
            mounted = here; // the first time, or mounted anew
        } else if (known.isPresent() || mountPoint) {
            throw new Gone("the file system of mailboxes is not mounted at " + root);
        }
    }
}

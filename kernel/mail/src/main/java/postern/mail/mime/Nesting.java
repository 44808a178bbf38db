package postern.mail.mime;

import java.io.IOException;
import postern.mail.Content;

/** How deeply the parts of a message lie in each other: RFC 2046 §5.1. */
public final class Nesting {
    private static final MimeWalk.Visitor NOBODY = new MimeWalk.Visitor() {};

    private Nesting() {}

    /**
     * Whether there are more multiparts in each other. One pass, in constant memory; it ends at a
     * part with a longer header than anybody would look into, which is no MIME.
     *
     * @throws IOException the content cannot be read
     */
    public static boolean exceeds(Content content, int most) throws IOException {
        try {
            MimeWalk.through(content, most, NOBODY);
            return false;
        } catch (MimeWalk.TooIntricate deeper) {
            return deeper.nested();
        }
    }
}

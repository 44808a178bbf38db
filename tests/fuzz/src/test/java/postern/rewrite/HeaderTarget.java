package postern.rewrite;

import java.util.Arrays;
import java.util.Optional;
import postern.fuzz.Finding;
import postern.mail.Domain;
import postern.mail.Mailbox;
import postern.mail.Rewriter;

/** The header editor: as long as no address changes nothing does, and it never fails. */
public final class HeaderTarget {
    private HeaderTarget() {}

    public static void fuzzerTestOneInput(byte[] header) throws Rewriter.Unanswered {
        byte[] same =
                new HeaderAddresses((mailbox, _) -> mailbox, Optional.empty(), true).edit(header);
        Finding.unless(Arrays.equals(same, header), "changed without need");
        byte[] other =
                new HeaderAddresses(
                                (_, _) -> Mailbox.of("other", "example.org"),
                                Optional.empty(),
                                true)
                        .edit(header);
        Finding.unless(other.length > 0 || header.length == 0, "nothing is left");
        byte[] completed =
                new HeaderAddresses(
                                (mailbox, _) -> mailbox,
                                Optional.of(new Domain("example.org")),
                                true)
                        .edit(header);
        Finding.unless(completed.length >= header.length, "completed by less");
    }
}

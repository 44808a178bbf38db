package postern.spool;

import java.io.IOException;
import postern.mail.Terms;
import postern.mail.Terms.Deadline;
import postern.mail.Terms.Protection;
import postern.mail.Terms.Release;
import postern.mail.Verp;

/** {@link Terms} within an ENVELOPE record: one octet where there are none. */
final class TermsCode {
    private static final int RELEASE = 1;
    private static final int DEADLINE = 2;
    private static final int RETURN = 4;
    private static final int TRACE = 8;
    private static final int PRIORITY = 16;
    private static final int REQUIRE_TLS = 32;
    private static final int WAIVE_TLS = 64;
    private static final int VERP = 128;

    private TermsCode() {}

    static void encode(Terms terms, Encoder out) {
        boolean held = !terms.release().equals(Release.AT_ONCE);
        out.octet(
                (held ? RELEASE : 0)
                        | code(terms.deadline())
                        | (terms.priority() != 0 ? PRIORITY : 0)
                        | code(terms.protection())
                        | (terms.verp().isEmpty() ? 0 : VERP));
        if (held) {
            out.instant(terms.release().at()).text(terms.release().asked());
        }
        if (terms.deadline() instanceof Deadline.By by) {
            out.instant(by.at());
        }
        if (terms.priority() != 0) {
            out.octet(terms.priority());
        }
        if (!terms.verp().isEmpty()) {
            out.octet(terms.verp().charAt(0)).octet(terms.verp().charAt(1));
        }
    }

    static Terms decode(Decoder in) throws IOException {
        int bits = in.octet();
        Release release =
                (bits & RELEASE) != 0 ? new Release(in.instant(), in.text()) : Release.AT_ONCE;
        Deadline deadline =
                (bits & DEADLINE) != 0
                        ? new Deadline.By(
                                in.instant(),
                                (bits & RETURN) != 0 ? Deadline.Mode.RETURN : Deadline.Mode.NOTIFY,
                                (bits & TRACE) != 0)
                        : Deadline.NONE;
        int priority = (bits & PRIORITY) != 0 ? (byte) in.octet() : 0;
        return new Terms(
                release,
                deadline,
                priority,
                protection(bits),
                (bits & VERP) != 0 ? delimiters(in) : "");
    }

    private static String delimiters(Decoder in) throws IOException {
        String delimiters = "" + (char) in.octet() + (char) in.octet();
        if (!Verp.delimiters(delimiters)) {
            throw new IOException("delimiters are none");
        }
        return delimiters;
    }

    private static int code(Deadline deadline) {
        return switch (deadline) {
            case Deadline.None _ -> 0;
            case Deadline.By by ->
                    DEADLINE
                            | (by.mode() == Deadline.Mode.RETURN ? RETURN : 0)
                            | (by.trace() ? TRACE : 0);
        };
    }

    private static int code(Protection protection) {
        return switch (protection) {
            case UNSTATED -> 0;
            case REQUIRED -> REQUIRE_TLS;
            case WAIVED -> WAIVE_TLS;
        };
    }

    private static Protection protection(int bits) {
        if ((bits & REQUIRE_TLS) != 0) {
            return Protection.REQUIRED;
        }
        return (bits & WAIVE_TLS) != 0 ? Protection.WAIVED : Protection.UNSTATED;
    }
}

package postern.smtpd.access;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import postern.base.Bug;
import postern.wire.Reply;

/** The reply of a rule that refuses: RFC 5321 §4.2, RFC 3463. */
final class RuleReply {
    /** Longest text in characters: RFC 5321 §4.5.3.1.5 allows a reply line 512 octets. */
    private static final int TEXT_CHARS_MAX = 400;

    private static final Pattern FORM =
            Pattern.compile(
                    "([45][0-5][0-9])(?: ([45]\\.[0-9]{1,3}\\.[0-9]{1,3}))? ([\\x20-\\x7e]{1,"
                            + TEXT_CHARS_MAX
                            + "})");

    /** What is wrong with a text, and how to mend it. */
    record Wrong(String what, String remedy) {}

    private RuleReply() {}

    /**
     * @param kind 4 or 5, the first digit
     */
    static Optional<Wrong> problem(String text, int kind, Stage stage) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        String example = "write \"" + standard(kind, stage) + "\" or the like";
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            return Optional.of(new Wrong("\"" + text + "\" is no reply", example));
        }
        char first = (char) ('0' + kind);
        String status = status(form);
        if (text.charAt(0) != first || !status.isEmpty() && status.charAt(0) != first) {
            return Optional.of(new Wrong("\"" + text + "\" does not begin with " + first, example));
        }
        String code = form.group(1);
        boolean greeting = code.equals("521") || code.equals("554") || code.equals("421");
        if (stage == Stage.CONNECT && !greeting) {
            // RFC 5321 §4.3.2 and RFC 7504 §3 know no others before a greeting
            return Optional.of(new Wrong("a greeting is never " + code, example));
        }
        return Optional.empty();
    }

    /** The reply of a text without problem. */
    static Reply of(String text, int kind, Stage stage) {
        if (text.isEmpty()) {
            return standard(kind, stage);
        }
        Matcher form = FORM.matcher(text);
        Bug.unless(form.matches(), "a reply was checked");
        String status = status(form);
        return Reply.of(
                Integer.parseInt(form.group(1)),
                status.isEmpty() ? kind + ".7.1" : status,
                form.group(3));
    }

    private static String status(Matcher form) {
        String status = form.group(2);
        return status == null ? "" : status;
    }

    private static Reply standard(int kind, Stage stage) {
        if (kind == 5) {
            return Reply.of(554, "5.7.1", "Access denied");
        }
        return Reply.of(stage == Stage.CONNECT ? 421 : 450, "4.7.1", "Come again later");
    }
}

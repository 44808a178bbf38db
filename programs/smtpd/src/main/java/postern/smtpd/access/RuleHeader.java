package postern.smtpd.access;

import java.util.regex.Pattern;

/** A header field that a rule puts before a message: RFC 5322 §2.2. */
final class RuleHeader {
    /** RFC 5322 §2.1.1: a line has 998 octets at most. */
    static final int OCTETS_MAX = 998;

    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9][!-9;-~]*: ?[\\x20-\\x7e]*");

    private RuleHeader() {}

    static boolean valid(String field) {
        return field.length() <= OCTETS_MAX && FORM.matcher(field).matches();
    }
}

package postern.command.sendmail;

import java.util.List;

/**
 * A flag of sendmail; parser and manual page are made from the same table.
 *
 * @param form how the manual shows it: {@code -f sender}
 */
record Flag(char letter, Argument argument, String form, String doc) {

    enum Argument {
        NONE,
        /** The rest of the word, or the next word. */
        REQUIRED,
        /** The rest of the word, which may be empty. */
        ATTACHED
    }

    /** All there are, in the manual's order. */
    static final List<Flag> ALL =
            List.of(
                    flag(
                            't',
                            "-t",
                            "Take recipients from To, Cc and Bcc of the header, or from their Resent"
                                    + " forms where there are any, beside those on the command line."
                                    + " Bcc fields are never sent."),
                    flag('i', "-i, -oi", "A line with a single dot does not end the message."),
                    with(
                            'f',
                            "-f sender",
                            "The envelope sender; <> or an empty one for none, so that nobody is told of"
                                    + " a failure. Without it, the invoking user. Addresses without"
                                    + " a domain, here and everywhere, get the one of domains.origin."),
                    with('r', "-r sender", "The same as -f."),
                    with(
                            'F',
                            "-F name",
                            "The full name in the From field, when the message has none."),
                    with(
                            'N',
                            "-N dsn",
                            "Which notices are wanted: never, or a list of success, failure and delay"
                                    + " with commas (RFC 3461 §4.1)."),
                    with(
                            'R',
                            "-R return",
                            "What a failure notice returns: full or hdrs (RFC 3461 §4.3)."),
                    with('V', "-V envid", "The envelope id of notices (RFC 3461 §4.4)."),
                    new Flag(
                            'b',
                            Argument.REQUIRED,
                            "-bm, -bs, -bp, -bi, -bv",
                            "What to do. -bm: send the message on standard input (the default)."
                                    + " -bs: speak SMTP on standard input and output. -bp: list the"
                                    + " queue, as mailq(1). -bi: have the aliases read anew, as"
                                    + " newaliases(1). -bv: tell for each recipient whether mail for it"
                                    + " is taken; nothing is sent. -bh, -bH: nothing. -bd, -bD, -bl are"
                                    + " refused (postern start), -bS too (bsmtp(1)), and -bt (postern"
                                    + " explain)."),
                    flag('I', "-I", "The same as -bi."),
                    new Flag(
                            'q',
                            Argument.ATTACHED,
                            "-q, -qIid, -qRsite, -qinterval",
                            "Try all of the queue now, with the message or site named. An interval"
                                    + " (-q15m) is for a daemon: nothing is done."),
                    flag('v', "-v", "Show the dialogue with the server on standard error."),
                    with('C', "-C file", "The configuration file that names the state folder."),
                    with('A', "-Ac, -Am", "Ignored."),
                    with('B', "-B type", "Ignored: 8BITMIME is asked for where it is needed."),
                    flag('G', "-G, -c, -m, -n, -U, -x", "Ignored."),
                    flag('c', "", ""),
                    flag('m', "", ""),
                    flag('n', "", ""),
                    flag('U', "", ""),
                    flag('x', "", ""),
                    with('L', "-L tag", "Ignored."),
                    with('O', "-O option=value", "Ignored."),
                    with('o', "-ox value", "Ignored, but for -oi."),
                    with(
                            'X',
                            "-XV, -XVxy",
                            "A reverse-path for each recipient: of owner-list@a.example for"
                                    + " ann@b.example it is owner-list+ann=b.example@a.example, or with x"
                                    + " and y for + and =. Any other value is ignored."),
                    with('e', "-e, -h, -p value", "Ignored."),
                    with('h', "", ""),
                    with('p', "", ""));

    private static Flag flag(char letter, String form, String doc) {
        return new Flag(letter, Argument.NONE, form, doc);
    }

    private static Flag with(char letter, String form, String doc) {
        return new Flag(letter, Argument.REQUIRED, form, doc);
    }
}

package postern.command.sendmail;

import postern.command.Manual;

/** Writes sendmail(1) from the table of flags. */
public final class SendmailManual {
    private SendmailManual() {}

    public static String text() {
        Manual page = new Manual("sendmail", 1, "hand a message to Postern");
        page.section("SYNOPSIS");
        page.typed("sendmail [-t] [-i] [-f sender] [-F name] [-v] [recipient ...]");
        page.typed("sendmail -bs | -bp | -q");
        page.section("DESCRIPTION");
        page.paragraph(
                "Reads a message from standard input up to its end or a line with a single dot, and"
                        + " hands it to Postern by SMTP on a Unix socket. Nothing here is setuid or setgid: the"
                        + " server learns from the kernel which user is calling. Lines may end with LF or"
                        + " CRLF.");
        page.paragraph(
                "When it returns 0, Postern has the message on disk. When it returns anything else, nothing"
                        + " was sent to anybody: a message for several recipients of whom one is refused goes"
                        + " to none, so that trying again sends no copy twice. The one exception, where the"
                        + " server had all of the message and its answer got lost, is told on standard"
                        + " error, with 75.");
        page.section("OPTIONS");
        for (Flag flag : Flag.ALL) {
            if (!flag.form().isEmpty()) {
                page.item(flag.form(), flag.doc());
            }
        }
        page.item("--", "What follows are recipients, even with a hyphen in front.");
        page.section("ENVIRONMENT");
        page.item(
                Sendmail.SOCKET_VARIABLE,
                "The submission socket. Without it, run/submission in the state folder.");
        page.exitStatus();
        return page.seeAlso("postern(1)", "mailq(1)", "postern.toml(5)").text();
    }
}

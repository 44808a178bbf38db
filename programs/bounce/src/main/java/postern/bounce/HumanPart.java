package postern.bounce;

import java.util.Optional;
import postern.mail.Notices.Report;
import postern.mail.Recipient;
import postern.mail.Xtext;

/** The part for people: who we are, what happened to whom, in whose words. */
final class HumanPart {
    private final BounceConfig config;

    HumanPart(BounceConfig config) {
        this.config = config;
    }

    byte[] octets(DsnComposer.Draft notice) {
        PartWriter out = new PartWriter(notice.utf8());
        out.line("Postern, the mail system at " + config.hostname() + ", reports:").line();
        switch (notice.kind()) {
            case FAILED -> {
                if (notice.aboutNotice()) {
                    out.line(
                                    "A notice about undelivered mail, or other mail from the empty sender,")
                            .line(
                                    "could not be delivered itself. It is attached, for the postmaster")
                            .line("to know; nobody else is told.");
                } else {
                    out.line("Your message could not be delivered to the recipients named below,")
                            .line("and is not tried any further. What was sent is attached.");
                }
            }
            case DELAYED ->
                    out.line("####################################################################")
                            .line(
                                    "# THIS IS ONLY A WARNING. YOU NEED NOT SEND YOUR MESSAGE AGAIN.    #")
                            .line(
                                    "####################################################################")
                            .line()
                            .line("Your message could not be delivered yet to the recipients named")
                            .line(
                                    "below. It is kept, and tried again, until "
                                            + DsnComposer.date(notice.reports().getFirst().until())
                                            + ".");
            case DELIVERED ->
                    out.line("As you asked to be told: your message was delivered to, or handed on")
                            .line("for, the recipients named below. A system that it was handed on")
                            .line("to may not be able to send you further reports.");
        }
        out.line()
                .line("If you need help, send a mail to <postmaster@" + config.hostname() + ">")
                .line("and include this report.")
                .line();
        for (Report report : notice.reports()) {
            out.folded(who(report.recipient()) + ": " + words(report)).line();
        }
        return out.octets();
    }

    private static String who(Recipient recipient) {
        String now = "<" + recipient.mailbox() + ">";
        Optional<String> before = original(recipient).map(address -> "<" + address + ">");
        return before.isEmpty() || before.get().equalsIgnoreCase(now)
                ? now
                : now + " (sent to " + before.get() + ")";
    }

    /** The address of ORCPT, without its type. */
    private static Optional<String> original(Recipient recipient) {
        int type = recipient.original().indexOf(';');
        return type < 0 ? Optional.empty() : Xtext.decode(recipient.original().substring(type + 1));
    }

    private static String words(Report report) {
        String detail = report.outcome().detail();
        if (report.remote().isEmpty() || detail.contains(" said: ")) {
            return detail.isEmpty() ? report.outcome().status() : detail;
        }
        String host = StatusPart.host(report.remote(), ":");
        return StatusPart.coded(detail)
                ? "host " + host + " said: " + detail
                : "with host " + host + ": " + detail;
    }
}

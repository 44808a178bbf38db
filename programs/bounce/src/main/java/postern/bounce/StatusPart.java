package postern.bounce;

import postern.mail.Mailbox;
import postern.mail.Notices.Kind;
import postern.mail.Notices.Report;
import postern.mail.Outcome;
import postern.mail.Recipient;
import postern.mail.Unitext;
import postern.mail.Xtext;

/** The part for programs: RFC 3464 §2. */
final class StatusPart {
    private final BounceConfig config;

    StatusPart(BounceConfig config) {
        this.config = config;
    }

    byte[] octets(DsnComposer.Draft notice) {
        PartWriter out = new PartWriter(notice.international());
        String envelopeId = notice.original().options().envelopeId();
        out.field("Reporting-MTA", "dns; " + config.hostname())
                // RFC 3461 §6.3: here it is not xtext
                .field("Original-Envelope-Id", Xtext.decode(envelopeId).orElse(""))
                .field("X-Postern-Queue-ID", notice.original().id().text())
                .field("Arrival-Date", DsnComposer.date(notice.original().arrived()));
        for (Report report : notice.reports()) {
            out.line();
            recipient(out, report, notice);
        }
        return out.octets();
    }

    private static void recipient(PartWriter out, Report report, DsnComposer.Draft notice) {
        boolean remote = !report.remote().isEmpty();
        out.field("Original-Recipient", original(report.recipient(), notice.international()))
                .field(
                        "Final-Recipient",
                        address(report.recipient().mailbox(), notice.international()))
                .field("Action", action(notice.kind(), remote))
                .field("Status", report.outcome().status())
                .field("Remote-MTA", remote ? "dns; " + host(report.remote(), "[") : "")
                .field("Diagnostic-Code", diagnostic(report.outcome(), remote))
                .field("Last-Attempt-Date", DsnComposer.date(report.lastAttempt()));
        if (notice.kind() == Kind.DELAYED) {
            out.field("Will-Retry-Until", DsnComposer.date(report.until()));
        }
    }

    /** RFC 3464 §2.3.3. Success at a host that sends reports itself is not told by us. */
    private static String action(Kind kind, boolean remote) {
        return switch (kind) {
            case FAILED -> "failed";
            case DELAYED -> "delayed";
            case DELIVERED -> remote ? "relayed" : "delivered";
            case EXPANDED -> "expanded";
        };
    }

    /** RFC 3461 §6.3 (d): decoded; but RFC 6533 §3: encoded where only ASCII may stand. */
    private static String original(Recipient recipient, boolean utf8) {
        String orcpt = recipient.original();
        String type = orcpt.substring(0, orcpt.indexOf(';') + 1);
        boolean encode = !utf8 && Recipient.originalIsUtf8(orcpt);
        return recipient
                .originalAddress()
                .map(address -> type + (encode ? Unitext.encode(address) : address))
                .orElse("");
    }

    private static String address(Mailbox mailbox, boolean utf8) {
        if (!mailbox.internationalized()) {
            return "rfc822; " + mailbox;
        }
        String text = mailbox.toString();
        return "utf-8; " + (utf8 ? text : Unitext.encode(text));
    }

    /**
     * The remote host's own words where it spoke: what stands behind {@code said:} and before our
     * remark on which command it answered; else ours.
     */
    private static String diagnostic(Outcome outcome, boolean remote) {
        String detail = outcome.detail();
        int said = detail.indexOf(" said: ");
        if (said >= 0) {
            return "smtp; " + withoutRemark(detail.substring(said + " said: ".length()));
        }
        if (detail.isEmpty()) {
            return "";
        }
        return remote && coded(detail) ? "smtp; " + withoutRemark(detail) : "x-postern; " + detail;
    }

    private static String withoutRemark(String words) {
        int remark = words.lastIndexOf(" (in reply to ");
        return remark > 0 ? words.substring(0, remark) : words;
    }

    /** Whether it is a reply, which begins with its code, and not our own words. */
    static boolean coded(String detail) {
        return detail.length() > 3
                && detail.charAt(3) == ' '
                && detail.substring(0, 3).chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** Of {@code name[address]:port} what stands before the mark that is given. */
    static String host(String remote, String upTo) {
        int close = remote.indexOf(']') + 1;
        int end = upTo.equals("[") ? remote.indexOf('[') : remote.indexOf(upTo, close);
        if (end == 0) { // an address alone
            return remote.substring(0, close);
        }
        return end > 0 ? remote.substring(0, end) : remote;
    }
}

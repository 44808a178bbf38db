package postern.bounce;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import postern.mail.Notices.Report;
import postern.mail.Recipient;

/** What people read: subject, who we are, what happened to whom, in whose words. */
final class HumanPart {
    /** RFC 2047 §2: an encoded word has at most 75 characters; so much text in base64 fits. */
    private static final int ENCODED_WORD_OCTETS = 42;

    private final DsnComposer.Draft notice;
    private final Wording wording;
    private final Map<String, String> values = new HashMap<>();

    HumanPart(BounceConfig config, DsnComposer.Draft notice) {
        this.notice = notice;
        this.wording = wording(config, notice);
        values.put("hostname", config.hostname());
        values.put("postmaster", "postmaster@" + config.hostname());
        values.put("sender", notice.original().sender().toString());
        values.put("id", notice.original().id().text());
        values.put("arrived", DsnComposer.date(notice.original().arrived()));
        values.put("until", DsnComposer.date(notice.reports().getFirst().until()));
    }

    private static Wording wording(BounceConfig config, DsnComposer.Draft notice) {
        return switch (notice.kind()) {
            case FAILED -> notice.aboutNotice() ? config.doubled() : config.failed();
            case DELAYED -> config.delayed();
            case DELIVERED -> config.delivered();
            case EXPANDED -> config.expanded();
        };
    }

    /** UTF-8, where the words need it. */
    byte[] octets() {
        PartWriter out = new PartWriter(true);
        if (notice.copy()) {
            String sender = notice.original().sender().toString();
            out.folded("Copy of what is told about a message from <" + sender + ">:").line();
        }
        boolean named = false;
        for (String line : wording.text().text().split("\n", -1)) {
            if (line.strip().equals("{recipients}")) {
                recipients(out);
                named = true;
            } else {
                out.line(Template.filled(line, values).stripTrailing());
            }
        }
        if (!named) {
            out.line();
            recipients(out);
        }
        return out.octets();
    }

    /** As it stands in the header: RFC 2047 where UTF-8 may not. */
    String subject() {
        String words = Template.filled(wording.subject().text(), values);
        String subject = notice.copy() ? "Postmaster copy: " + words : words;
        boolean plain = subject.chars().allMatch(c -> c < 0x80);
        return plain || notice.utf8() ? subject : encodedWords(subject);
    }

    static String encodedWords(String text) {
        StringBuilder words = new StringBuilder();
        StringBuilder piece = new StringBuilder();
        int octets = 0;
        for (int c : text.codePoints().toArray()) {
            String one = Character.toString(c);
            int more = one.getBytes(StandardCharsets.UTF_8).length;
            if (octets + more > ENCODED_WORD_OCTETS) {
                words.append(encodedWord(piece)).append(' ');
                piece.setLength(0);
                octets = 0;
            }
            piece.append(one);
            octets += more;
        }
        return words.append(encodedWord(piece)).toString();
    }

    private static String encodedWord(CharSequence piece) {
        byte[] octets = piece.toString().getBytes(StandardCharsets.UTF_8);
        return "=?utf-8?B?" + Base64.getEncoder().encodeToString(octets) + "?=";
    }

    private void recipients(PartWriter out) {
        for (Report report : notice.reports()) {
            out.folded(who(report.recipient()) + ": " + words(report)).line();
        }
    }

    private static String who(Recipient recipient) {
        String now = "<" + recipient.mailbox() + ">";
        Optional<String> before = recipient.originalAddress().map(address -> "<" + address + ">");
        return before.isEmpty() || before.get().equalsIgnoreCase(now)
                ? now
                : now + " (sent to " + before.get() + ")";
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

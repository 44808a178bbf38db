package postern.bounce;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import postern.mail.Content;
import postern.mail.Envelope;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Notices;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.mail.Terms;

/** Composes notices: RFC 3464, RFC 6522 and, for internationalized mail, RFC 6533. Any thread. */
public final class DsnComposer implements Notices {
    /**
     * The envelope id of a notice to the postmaster about a notice, and of copies. It marks the end
     * of the chain: when such a message fails, nobody is told.
     */
    static final String DOUBLE_BOUNCE = "postern-double-bounce";

    /** RFC 5322 §3.3. */
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss Z", Locale.ENGLISH)
                    .withZone(ZoneOffset.UTC);

    /** What needs no quotes in a name: RFC 5322 §3.2.3. */
    private static final String PHRASE =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-/=?^_`{|}~";

    private final BounceConfig config;

    public DsnComposer(BounceConfig config) {
        this.config = config;
    }

    @Override
    public Optional<Notice> compose(
            Kind kind, Envelope original, Content content, List<Report> reports, Instant now)
            throws IOException {
        List<Report> wanted = reports.stream().filter(report -> wanted(kind, report)).toList();
        Optional<Mailbox> reader = reader(kind, original);
        if (wanted.isEmpty() || reader.isEmpty()) {
            return Optional.empty();
        }
        // RFC 3461 §4.3: RET is about failures; other notices carry the header alone
        boolean whole =
                kind == Kind.FAILED
                        && !guarded(original)
                        && original.options().returned() != MailOptions.Return.HEADERS
                        && original.options().body() != MailOptions.Body.BINARY_MIME;
        Returned returned = Returned.of(content, whole, config.returnedOctetsMax());
        return notice(new Draft(kind, original, reader.get(), false, wanted, returned, now));
    }

    /** As Postfix's notify_classes: with the header alone, and whatever NOTIFY says. */
    @Override
    public Optional<Notice> copy(
            Kind kind, Envelope original, Content content, List<Report> reports, Instant now)
            throws IOException {
        Optional<Mailbox> reader =
                switch (kind) {
                    case FAILED -> config.readers().failed();
                    case DELAYED -> config.readers().delayed();
                    case DELIVERED, EXPANDED -> Optional.empty();
                };
        // of what failed that is from nobody double_bounce_to is told
        if (reader.isEmpty() || !(original.sender() instanceof ReversePath.Sender)) {
            return Optional.empty();
        }
        Returned returned = Returned.of(content, false, config.returnedOctetsMax());
        return notice(new Draft(kind, original, reader.get(), true, reports, returned, now));
    }

    private Optional<Notice> notice(Draft draft) {
        byte[] octets = octets(draft);
        boolean eightBit = eightBit(octets);
        boolean last = draft.copy() || draft.aboutNotice();
        return Optional.of(
                new Notice(
                        ReversePath.NOBODY,
                        new MailOptions(
                                eightBit
                                        ? MailOptions.Body.EIGHT_BIT_MIME
                                        : MailOptions.Body.SEVEN_BIT,
                                draft.utf8(),
                                MailOptions.Return.UNSTATED,
                                last ? DOUBLE_BOUNCE : "",
                                terms(draft.original())),
                        List.of(Recipient.of(draft.reader())),
                        octets));
    }

    /** It travels as guarded as the message, and as fast: RFC 6710 §4.6. */
    private static Terms terms(Envelope original) {
        Terms terms = Terms.NONE.withPriority(original.options().terms().priority());
        return guarded(original) ? terms.with(Terms.Protection.REQUIRED) : terms;
    }

    /**
     * A notice in the making.
     *
     * @param copy whether it is the postmaster's copy of one
     */
    record Draft(
            Kind kind,
            Envelope original,
            Mailbox reader,
            boolean copy,
            List<Report> reports,
            Returned returned,
            Instant now) {

        /** Whether it tells of internationalized mail: RFC 6533. */
        boolean international() {
            return utf8()
                    || original.options().smtpUtf8()
                            && (returned.eightBit()
                                    || original.recipients().stream()
                                            .anyMatch(to -> to.mailbox().internationalized()));
        }

        /**
         * Whether the notice needs SMTPUTF8 itself. The hosts on the way to other readers may not
         * offer that, so that everything in it is ASCII on the wire (RFC 6533 §4.5).
         */
        boolean utf8() {
            return reader.internationalized();
        }

        boolean aboutNotice() {
            return original.sender() instanceof ReversePath.Nobody;
        }
    }

    static String date(Instant when) {
        return DATE.format(when);
    }

    /** RFC 3461 §4.1. */
    private static boolean wanted(Kind kind, Report report) {
        Recipient.Notify notify = report.recipient().wanted();
        return switch (kind) {
            case FAILED -> notify.failure();
            case DELAYED -> notify.delay();
            case DELIVERED, EXPANDED -> notify.success();
        };
    }

    /** Who reads the notice; nobody where it could lead to a loop (RFC 5321 §4.5.5). */
    private Optional<Mailbox> reader(Kind kind, Envelope original) {
        return switch (original.sender()) {
            case ReversePath.Sender sender -> Optional.of(sender.mailbox());
            case ReversePath.Nobody _ -> {
                boolean end =
                        kind != Kind.FAILED
                                || original.options().envelopeId().equals(DOUBLE_BOUNCE);
                yield end ? Optional.empty() : config.readers().doubled();
            }
        };
    }

    private byte[] octets(Draft notice) {
        HumanPart human = new HumanPart(config, notice);
        byte[] words = human.octets();
        boolean highWords = eightBit(words);
        byte[] status = new StatusPart(config).octets(notice);
        String boundary = boundary(notice, words, status);
        boolean encoded = notice.international() && !notice.utf8();
        boolean eightBit =
                !encoded && (notice.returned().eightBit() || eightBit(status))
                        || highWords && notice.utf8();
        PartWriter out = new PartWriter(notice.utf8());
        header(out, notice, human.subject());
        out.line("Content-Type: multipart/report; report-type=delivery-status;")
                .line("    boundary=\"" + boundary + "\"");
        if (eightBit) {
            out.line("Content-Transfer-Encoding: 8bit");
        }
        out.line().line("A delivery report in MIME parts (RFC 6522).").line();
        String text = highWords || notice.international() ? TEXT_UTF8 : TEXT;
        part(out, boundary, "Notification", words, text, !notice.utf8()); // any host takes it so
        String report = notice.international() ? STATUS_UTF8 : STATUS;
        part(out, boundary, "Delivery report", status, report, encoded);
        boolean whole = notice.returned().whole();
        String type =
                notice.international()
                        ? whole ? "message/global" : "message/global-headers"
                        : whole ? "message/rfc822" : "text/rfc822-headers";
        String what = notice.kind() == Kind.FAILED ? "Undelivered " : "Original ";
        part(
                out,
                boundary,
                what + (whole ? "message" : "message header"),
                notice.returned().octets(),
                type,
                encoded);
        return out.line("--" + boundary + "--").octets();
    }

    private static final String TEXT = "text/plain; charset=us-ascii";
    private static final String TEXT_UTF8 = "text/plain; charset=utf-8";
    private static final String STATUS = "message/delivery-status";
    private static final String STATUS_UTF8 = "message/global-delivery-status";

    private void header(PartWriter out, Draft notice, String subject) {
        String id = notice.original().id().text();
        out.line("Date: " + date(notice.now()))
                .field("From", from(notice) + " <" + config.author().address() + ">")
                .field("To", notice.reader().toString())
                .field("Subject", subject)
                .line("Auto-Submitted: auto-replied")
                .line("Message-ID: <" + unique(notice) + "." + id + "@" + config.hostname() + ">")
                .field("In-Reply-To", notice.returned().messageId())
                .field("References", notice.returned().messageId())
                .line("MIME-Version: 1.0");
    }

    /** RFC 5322 §3.4: a phrase, quoted or encoded where it needs that. */
    private String from(Draft notice) {
        String name = config.author().name();
        if (name.chars().allMatch(c -> c == ' ' || PHRASE.indexOf(c) >= 0)) {
            return name;
        }
        return name.chars().allMatch(c -> c < 0x80) || notice.utf8()
                ? '"' + name.replace("\\", "\\\\").replace("\"", "\\\"") + '"'
                : HumanPart.encodedWords(name);
    }

    /**
     * @param encoded whether what is beyond ASCII goes as base64
     */
    private static void part(
            PartWriter out,
            String boundary,
            String what,
            byte[] octets,
            String type,
            boolean encoded) {
        out.line("--" + boundary)
                .line("Content-Description: " + what)
                .line("Content-Type: " + type);
        if (!eightBit(octets)) {
            out.line().raw(octets).line();
        } else if (encoded) {
            out.line("Content-Transfer-Encoding: base64")
                    .line()
                    .raw(Base64.getMimeEncoder().encode(octets))
                    .line()
                    .line();
        } else {
            out.line("Content-Transfer-Encoding: 8bit").line().raw(octets).line();
        }
    }

    /** A line that no part holds: what others wrote must not end a part (RFC 2046 §5.1.1). */
    private static String boundary(Draft notice, byte[] words, byte[] status) {
        String all =
                new String(notice.returned().octets(), StandardCharsets.ISO_8859_1)
                        + new String(words, StandardCharsets.ISO_8859_1)
                        + new String(status, StandardCharsets.ISO_8859_1);
        String base = notice.original().id().text() + "." + unique(notice);
        String boundary = base;
        for (int i = 1; all.contains("--" + boundary); i++) {
            boundary = base + "." + i;
        }
        return boundary;
    }

    /** A message gets no two notices of a kind in one microsecond. */
    private static String unique(Draft notice) {
        Instant now = notice.now();
        long micros = now.getEpochSecond() * 1_000_000 + now.getNano() / 1000;
        return Long.toString(micros, 36) + notice.kind().ordinal() + (notice.copy() ? "c" : "");
    }

    /** Whether notices of it need TLS as it does, and leave its content out: RFC 8689 §5. */
    private static boolean guarded(Envelope original) {
        return original.options().terms().protection() == Terms.Protection.REQUIRED;
    }

    private static boolean eightBit(byte[] octets) {
        for (byte octet : octets) {
            if (octet < 0) {
                return true;
            }
        }
        return false;
    }
}

package postern.tlsrpt;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;
import postern.mail.Mailbox;
import postern.tlsrpt.Report.Reporter;

/** A report as it is sent: RFC 8460 §5.2, §5.3. */
final class ReportMail {
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss Z", Locale.ROOT);

    private static final int BASE64_CHARS = 76; // RFC 2045 §6.8
    private static final byte[] CRLF = {'\r', '\n'};

    private ReportMail() {}

    /** RFC 8460 §5.2. */
    static byte[] compressed(String json) {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(json.getBytes(StandardCharsets.UTF_8));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return out.toByteArray();
    }

    /** The message, in lines that end in CRLF; no line begins with a dot. */
    static byte[] message(Report report, Reporter reporter, Mailbox from, Mailbox to, Instant now) {
        String id = Report.id(report.day(), report.domain(), reporter);
        String boundary = "=_tlsrpt." + report.day() + "." + report.day().hashCode() + "_=";
        String name = Report.fileName(report.day(), report.domain(), reporter);
        StringBuilder text = new StringBuilder(2048);
        field(text, "Date", DATE.format(now.atOffset(ZoneOffset.UTC)));
        field(text, "From", from.toString());
        field(text, "To", to.toString());
        field(
                text,
                "Subject",
                "Report Domain: "
                        + report.domain()
                        + "\r\n Submitter: "
                        + reporter.domain()
                        + "\r\n Report-ID: <"
                        + id
                        + ">");
        field(text, "Message-ID", "<tlsrpt." + id + ">");
        field(text, "TLS-Report-Domain", report.domain());
        field(text, "TLS-Report-Submitter", reporter.domain());
        field(text, "TLS-Required", "No"); // RFC 8689 §5: a broken policy must not stop its report
        field(text, "Auto-Submitted", "auto-generated"); // RFC 3834 §5
        field(text, "MIME-Version", "1.0");
        field(
                text,
                "Content-Type",
                "multipart/report; report-type=\"tlsrpt\";\r\n boundary=\"" + boundary + "\"");
        text.append("\r\n--").append(boundary).append("\r\n");
        field(text, "Content-Type", "text/plain; charset=utf-8");
        field(text, "Content-Transfer-Encoding", "8bit");
        text.append("\r\nThis is an aggregate report on TLS from ")
                .append(reporter.organization())
                .append(",\r\non sessions of ")
                .append(reporter.hostname())
                .append(" with hosts of ")
                .append(report.domain())
                .append("\r\non ")
                .append(report.day())
                .append(" (UTC). Its form is that of RFC 8460.\r\n\r\n--")
                .append(boundary)
                .append("\r\n");
        field(text, "Content-Type", "application/tlsrpt+gzip");
        field(text, "Content-Transfer-Encoding", "base64");
        field(text, "Content-Disposition", "attachment;\r\n filename=\"" + name + "\"");
        text.append("\r\n");
        byte[] packed = compressed(report.json());
        text.append(Base64.getMimeEncoder(BASE64_CHARS, CRLF).encodeToString(packed));
        text.append("\r\n--").append(boundary).append("--\r\n");
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void field(StringBuilder text, String name, String value) {
        text.append(name).append(": ").append(value).append("\r\n");
    }
}

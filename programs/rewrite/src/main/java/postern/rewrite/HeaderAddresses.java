package postern.rewrite;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import postern.mail.AddressParser;
import postern.mail.AddressParser.Parsed;
import postern.mail.Domain;
import postern.mail.Mailbox;
import postern.mail.Rewriter;

/**
 * Replaces addresses in a header (RFC 5322 §3.4) and nothing else: display names, comments, quoting
 * and folding stay octet for octet. Names without a domain may be completed (RFC 6409 §4.2). An
 * address that is written with white space or comments inside is left alone, as is one that is
 * none. A header that is signed is left alone unless wanted otherwise. Any thread.
 */
final class HeaderAddresses implements Rewriter.HeaderEditor {
    private static final Set<String> SENDERS =
            Set.of(
                    "from",
                    "sender",
                    "reply-to",
                    "errors-to",
                    "return-receipt-to",
                    "disposition-notification-to",
                    "resent-from",
                    "resent-sender",
                    "resent-reply-to");

    private static final Set<String> RECIPIENTS =
            Set.of("to", "cc", "bcc", "apparently-to", "resent-to", "resent-cc", "resent-bcc");

    private final Map map;
    private final Optional<Domain> origin;
    private final boolean signedToo;

    /** What takes an address' place. */
    interface Map {
        Mailbox map(Mailbox mailbox, boolean senders) throws Rewriter.Unanswered;
    }

    /**
     * @param origin completes names that have no domain; empty: they stay as they are
     */
    HeaderAddresses(Map map, Optional<Domain> origin, boolean signedToo) {
        this.map = map;
        this.origin = origin;
        this.signedToo = signedToo;
    }

    @Override
    public byte[] edit(byte[] header) throws Rewriter.Unanswered {
        if (!signedToo && signed(header)) {
            return header;
        }
        var out = new ByteArrayOutputStream(header.length + 128);
        boolean changed = false;
        int at = 0;
        while (at < header.length) {
            int end = fieldEnd(header, at);
            String name = name(header, at, end);
            boolean senders = SENDERS.contains(name);
            if (senders || RECIPIENTS.contains(name)) {
                int body = at + name.length();
                while (header[body] != ':') {
                    body++;
                }
                out.write(header, at, body + 1 - at);
                changed |= new Field(header, body + 1, end, senders, out).rewrite();
            } else {
                out.write(header, at, end - at);
            }
            at = end;
        }
        return changed ? out.toByteArray() : header;
    }

    /** DKIM, ARC, S/MIME and OpenPGP cover what would change. */
    private static boolean signed(byte[] header) {
        int at = 0;
        while (at < header.length) {
            int end = fieldEnd(header, at);
            switch (name(header, at, end)) {
                case "dkim-signature", "arc-message-signature", "domainkey-signature" -> {
                    return true;
                }
                case "content-type" -> {
                    String value =
                            new String(header, at, end - at, StandardCharsets.ISO_8859_1)
                                    .toLowerCase(Locale.ROOT);
                    if (value.contains("multipart/signed")
                            || value.contains("application/pkcs7-mime")
                            || value.contains("application/x-pkcs7-mime")) {
                        return true;
                    }
                }
                default -> {}
            }
            at = end;
        }
        return false;
    }

    /** Index behind the field's last line end: continuation lines begin with white space. */
    private static int fieldEnd(byte[] header, int from) {
        int at = from;
        while (at < header.length) {
            if (header[at++] == '\n'
                    && (at == header.length || header[at] != ' ' && header[at] != '\t')) {
                return at;
            }
        }
        return at;
    }

    /** In lower case; empty for what is no field. */
    private static String name(byte[] header, int from, int end) {
        int at = from;
        while (at < end && header[at] > ' ' && header[at] != ':' && header[at] < 0x7f) {
            at++;
        }
        int colon = at;
        while (colon < end && (header[colon] == ' ' || header[colon] == '\t')) {
            colon++;
        }
        return colon < end && header[colon] == ':'
                ? new String(header, from, at - from, StandardCharsets.US_ASCII)
                        .toLowerCase(Locale.ROOT)
                : "";
    }

    /** The body of one field, walked through once. One thread only. */
    private final class Field {
        private final byte[] in;
        private final int end;
        private final boolean senders;
        private final ByteArrayOutputStream out;
        private int at;
        private int copied;
        private boolean changed;

        Field(byte[] in, int from, int end, boolean senders, ByteArrayOutputStream out) {
            this.in = in;
            this.at = from;
            this.copied = from;
            this.end = end;
            this.senders = senders;
            this.out = out;
        }

        boolean rewrite() throws Rewriter.Unanswered {
            int word = -1; // where a run without white space began, outside of angle brackets
            boolean several = false; // the run is one of several: a phrase, no address
            while (at < end) {
                switch (in[at]) {
                    case '(' -> {
                        several |= word >= 0 && word != at;
                        skipComment();
                    }
                    case '<' -> {
                        at++;
                        angle();
                        word = -1;
                        several = true;
                    }
                    case ',', ';', ':' -> {
                        at++;
                        word = -1;
                        several = false;
                    }
                    case ' ', '\t', '\r', '\n', '>', ')' -> at++;
                    default -> {
                        boolean first = word < 0 && !several;
                        word = at;
                        skipWord();
                        if (first && alone()) {
                            address(word, at);
                        }
                        several = true;
                    }
                }
            }
            out.write(in, copied, end - copied);
            return changed;
        }

        /** Whether nothing but white space and comments stands before the next separator. */
        private boolean alone() {
            int mark = at;
            try {
                while (at < end) {
                    switch (in[at]) {
                        case ' ', '\t', '\r', '\n' -> at++;
                        case '(' -> skipComment();
                        case ',', ';' -> {
                            return true;
                        }
                        default -> {
                            return false;
                        }
                    }
                }
                return true;
            } finally {
                at = mark;
            }
        }

        /** {@code [route] addr-spec ">"}. */
        private void angle() throws Rewriter.Unanswered {
            int start = at;
            while (at < end && in[at] != '>') {
                if (in[at] == '"') {
                    skipQuoted();
                } else if (in[at] == '(') {
                    skipComment();
                } else {
                    at++;
                }
            }
            int stop = at;
            while (start < stop && in[start] <= ' ' && in[start] > 0) {
                start++;
            }
            while (stop > start && in[stop - 1] <= ' ' && in[stop - 1] > 0) {
                stop--;
            }
            // without its bracket it is none, and a source route is left alone
            if (at < end && start < stop && in[start] != '@') {
                address(start, stop);
            }
        }

        private void address(int from, int to) throws Rewriter.Unanswered {
            String written = new String(in, from, to - from, StandardCharsets.UTF_8);
            boolean bare = origin.isPresent() && bare(from, to);
            String complete = bare ? written + "@" + origin.get() : written;
            if (!(AddressParser.mailbox(complete)
                    instanceof Parsed.Address(Mailbox mailbox, int _))) {
                return;
            }
            Mailbox mapped = map.map(mailbox, senders);
            boolean same = mapped.equals(mailbox);
            if (same && !bare) {
                return;
            }
            out.write(in, copied, (same ? to : from) - copied);
            String put = same ? "@" + origin.get() : mapped.toString();
            out.writeBytes(put.getBytes(StandardCharsets.UTF_8));
            copied = to;
            changed = true;
        }

        /** Whether no domain follows; an at sign inside of quotes is a part of the name. */
        private boolean bare(int from, int to) {
            boolean quoted = false;
            for (int i = from; i < to; i++) {
                if (in[i] == '\\' && quoted) {
                    i++;
                } else if (in[i] == '"') {
                    quoted = !quoted;
                } else if (in[i] == '@' && !quoted) {
                    return false;
                }
            }
            return true;
        }

        private void skipWord() {
            while (at < end) {
                switch (in[at]) {
                    case '"' -> skipQuoted();
                    case '[' -> {
                        while (at < end && in[at] != ']') {
                            at++;
                        }
                    }
                    case ' ', '\t', '\r', '\n', '(', '<', '>', ',', ';', ':' -> {
                        return;
                    }
                    default -> at++;
                }
            }
        }

        private void skipQuoted() {
            at++;
            while (at < end && in[at] != '"') {
                at += in[at] == '\\' ? 2 : 1;
            }
            at = Math.min(end, at + 1);
        }

        private void skipComment() {
            int depth = 0;
            while (at < end) {
                byte octet = in[at++];
                if (octet == '\\') {
                    at = Math.min(end, at + 1);
                } else if (octet == '(') {
                    depth++;
                } else if (octet == ')' && --depth == 0) {
                    return;
                }
            }
        }
    }
}

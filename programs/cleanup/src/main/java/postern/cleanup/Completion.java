package postern.cleanup;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import postern.mail.Rewriter;
import postern.mail.WithHeader;

/**
 * Holds the header of a message back until it is known whole, within bounds. Then it goes on behind
 * what was missing in it (RFC 6409 §8.2, §8.3 and RFC 5322 §3.6), its addresses rewritten where the
 * configuration says so, otherwise unchanged.
 */
final class Completion {
    /**
     * Header looked at, in octets; a longer one passes as it is. Origin: Postfix,
     * header_size_limit.
     */
    static final int HEADER_OCTETS_MAX = 102_400;

    /** Where octets go on to. */
    interface Out {
        void write(byte[] octets, int offset, int length) throws IOException;
    }

    /** What to write where a field is missing. */
    interface Missing {
        String field(String name);
    }

    private static final Set<String> COMPLETED = Set.of("date", "from", "message-id");

    private final Out out;
    private final Optional<Missing> missing;
    private final Optional<Rewriter.HeaderEditor> editor;
    private final ByteArrayOutputStream held = new ByteArrayOutputStream(2048);
    private boolean passing;

    /**
     * @param missing empty: nothing is completed
     * @param editor empty: nothing is rewritten
     */
    Completion(Out out, Optional<Missing> missing, Optional<Rewriter.HeaderEditor> editor) {
        this.out = out;
        this.missing = missing;
        this.editor = editor;
    }

    /** The header cannot be rewritten now. */
    static final class PutOff extends IOException {
        private static final long serialVersionUID = 1;

        PutOff(String why) {
            super(why);
        }
    }

    void write(byte[] octets, int offset, int length) throws IOException {
        if (passing) {
            out.write(octets, offset, length);
            return;
        }
        held.write(octets, offset, length);
        byte[] all = held.toByteArray();
        if (WithHeader.end(all, all.length) >= 0 || all.length > HEADER_OCTETS_MAX) {
            pass(all);
        }
    }

    void end() throws IOException {
        if (!passing) {
            pass(held.toByteArray());
        }
    }

    private void pass(byte[] all) throws IOException {
        passing = true;
        held.reset();
        int end = WithHeader.end(all, all.length);
        int length = end < 0 ? all.length : end;
        if (missing.isPresent()) {
            byte[] completed = completed(all, end, length).getBytes(StandardCharsets.UTF_8);
            out.write(completed, 0, completed.length);
        }
        if (editor.isPresent() && length <= HEADER_OCTETS_MAX) {
            byte[] header;
            try {
                header = editor.get().edit(Arrays.copyOf(all, length));
            } catch (Rewriter.Unanswered unanswered) {
                throw new PutOff(unanswered.why());
            }
            out.write(header, 0, header.length);
            out.write(all, length, all.length - length);
        } else {
            out.write(all, 0, all.length);
        }
    }

    private String completed(byte[] all, int end, int length) {
        Set<String> present = fields(all, length);
        StringBuilder fields = new StringBuilder();
        for (String name : new TreeSet<>(COMPLETED)) {
            if (!present.contains(name)) {
                missing.ifPresent(write -> fields.append(write.field(name)));
            }
        }
        // a message that begins with no field at all is only a body: it gets its empty line
        if (end != 0 && present.isEmpty()) {
            fields.append("\r\n");
        }
        return fields.toString();
    }

    /** The names of the fields, in lower case; empty when the first line is no field. */
    private static Set<String> fields(byte[] header, int end) {
        Set<String> names = new TreeSet<>();
        int lineStart = 0;
        for (int i = 0; i < end; i++) {
            boolean atName = header[i] != ' ' && header[i] != '\t';
            if (i == lineStart && atName) {
                int colon = i;
                while (colon < end && header[colon] > ' ' && header[colon] != ':') {
                    colon++;
                }
                int name = colon;
                while (colon < end && (header[colon] == ' ' || header[colon] == '\t')) {
                    colon++; // RFC 5322 §4.5 obs: white space before the colon
                }
                if (colon >= end || header[colon] != ':' || name == i) {
                    return names;
                }
                names.add(
                        new String(header, i, name - i, StandardCharsets.ISO_8859_1)
                                .toLowerCase(Locale.ROOT));
            }
            if (header[i] == '\n') {
                lineStart = i + 1;
            }
        }
        return names;
    }
}

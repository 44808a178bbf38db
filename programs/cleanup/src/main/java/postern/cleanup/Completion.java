package postern.cleanup;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * Watches the header of a submitted message go by and says which fields are missing: RFC 6409 §8.2,
 * §8.3 and RFC 5322 §3.6. The header is held back until it is known whole, within bounds; then it
 * goes on unchanged, behind what was missing.
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
    private final Missing missing;
    private final ByteArrayOutputStream held = new ByteArrayOutputStream(2048);
    private boolean passing;

    Completion(Out out, Missing missing) {
        this.out = out;
        this.missing = missing;
    }

    void write(byte[] octets, int offset, int length) throws IOException {
        if (passing) {
            out.write(octets, offset, length);
            return;
        }
        held.write(octets, offset, length);
        byte[] all = held.toByteArray();
        if (headerEnd(all) >= 0 || all.length > HEADER_OCTETS_MAX) {
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
        int end = headerEnd(all);
        Set<String> present = fields(all, end < 0 ? all.length : end);
        StringBuilder fields = new StringBuilder();
        for (String name : new TreeSet<>(COMPLETED)) {
            if (!present.contains(name)) {
                fields.append(missing.field(name));
            }
        }
        // a message that begins with no field at all is only a body: it gets its empty line
        if (end != 0 && present.isEmpty()) {
            fields.append("\r\n");
        }
        byte[] completed = fields.toString().getBytes(StandardCharsets.UTF_8);
        out.write(completed, 0, completed.length);
        out.write(all, 0, all.length);
    }

    /** Where the empty line begins that ends the header; -1 when it has not come. */
    private static int headerEnd(byte[] octets) {
        if (octets.length >= 2 && octets[0] == '\r' && octets[1] == '\n') {
            return 0;
        }
        for (int i = 3; i < octets.length; i++) {
            if (octets[i] == '\n'
                    && octets[i - 1] == '\r'
                    && octets[i - 2] == '\n'
                    && octets[i - 3] == '\r') {
                return i - 1;
            }
        }
        return -1;
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

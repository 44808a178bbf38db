package postern.mailbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Writes lines that end with LF, with the quoting that a reader of them needs, in blocks. One
 * thread only.
 */
final class LineQuoting {
    private static final byte[] FROM = "From ".getBytes(StandardCharsets.US_ASCII);

    private final MessageText.Out out;
    private final MessageText.Form form;
    private final byte[] block;
    private int length;
    private int matched; // octets of "From " seen at the start of this line; -1 elsewhere
    private boolean lineStart = true;

    LineQuoting(MessageText.Out out, MessageText.Form form, int blockOctets) {
        this.out = out;
        this.form = form;
        this.block = new byte[blockOctets];
        this.matched = form.quoteFrom() ? 0 : -1;
    }

    /** Goes out with no From quoted: it is ours. */
    void addHeader(byte[] octets) throws IOException {
        for (byte octet : octets) {
            emit(octet);
        }
    }

    void add(byte[] octets, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            one(octets[i]);
        }
    }

    private void one(byte octet) throws IOException {
        if (matched >= 0) {
            if (octet == FROM[matched]) {
                matched++;
                if (matched == FROM.length) {
                    emit((byte) '>');
                    release();
                }
                return;
            }
            release();
        }
        emit(octet);
        if (octet == '\n' && form.quoteFrom()) {
            matched = 0;
        }
    }

    private void release() throws IOException {
        int count = matched;
        matched = -1;
        for (int i = 0; i < count; i++) {
            emit(FROM[i]);
        }
    }

    private void emit(byte octet) throws IOException {
        if (lineStart && octet == '.' && form.stuffDots()) {
            put((byte) '.');
        }
        lineStart = octet == '\n';
        if (lineStart && form.crlf()) {
            put((byte) '\r');
        }
        put(octet);
    }

    private void put(byte octet) throws IOException {
        if (length == block.length) {
            flush();
        }
        block[length++] = octet;
    }

    /** Ends the last line, and adds an empty one where the form wants it. */
    void end() throws IOException {
        if (matched > 0) {
            release();
        }
        if (!lineStart) {
            emit((byte) '\n');
        }
        if (form.emptyLineLast()) {
            emit((byte) '\n');
        }
        flush();
    }

    private void flush() throws IOException {
        out.write(block, 0, length);
        length = 0;
    }
}

package postern.qmgr;

import java.io.IOException;
import java.time.Duration;
import postern.base.ControlLine;
import postern.base.ControlServer;
import postern.base.Peer;

/** Lines of an answer, gathered for few writes. One thread only. */
final class Page {
    private static final Duration WRITE_LIMIT = Duration.ofSeconds(60);
    private static final int CHARS_MAX = 64 * 1024;

    private final Peer peer;
    private final StringBuilder lines = new StringBuilder(4096);

    Page(Peer peer) {
        this.peer = peer;
    }

    void add(ControlLine line) {
        add(line.text());
    }

    /** A line in its written form, without LF. */
    void add(String line) {
        lines.append(line).append('\n');
    }

    /** Writes what is more than a page. A message with very many recipients makes it longer. */
    void flushFull() throws IOException {
        if (lines.length() > CHARS_MAX) {
            flush();
        }
    }

    void flush() throws IOException {
        ControlServer.write(peer, lines, WRITE_LIMIT);
        lines.setLength(0);
    }

    /** The result, and the end of the answer. */
    void end(ControlLine result) throws IOException {
        add(result);
        lines.append(".\n");
        flush();
    }
}

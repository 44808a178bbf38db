package postern.ipc;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import postern.base.Peer;
import postern.wire.PeerReader;
import postern.wire.PeerWriter;
import postern.wire.Reply;
import postern.wire.ReplyReader;

/** One connection to an LMTP server. One thread at a time. */
final class ServerConnection implements AutoCloseable {
    private static final String XPOSTERN = "XPOSTERN ";

    final Peer peer;
    final PeerWriter writer;
    private final ReplyReader replies;
    private final Set<String> extensions = new HashSet<>();
    private int attributeVersion;

    ServerConnection(Peer peer) {
        this.peer = peer;
        this.writer = new PeerWriter(peer);
        this.replies = new ReplyReader(new PeerReader(peer, ReplyReader.LINE_OCTETS_MAX));
    }

    /** Reads the greeting and says LHLO. */
    void open(String ourName) throws IOException {
        expect(reply(), 220, "greeting");
        writer.line("LHLO " + ourName);
        writer.flush();
        Reply lhlo = reply();
        expect(lhlo, 250, "LHLO");
        for (String line : lhlo.lines()) {
            String extension = line.toUpperCase(Locale.ROOT);
            extensions.add(extension);
            if (extension.startsWith(XPOSTERN)) {
                attributeVersion = version(extension.substring(XPOSTERN.length()));
            }
        }
    }

    private static int version(String announced) {
        for (int version = Attributes.VERSION; version > 0; version--) {
            if (List.of(announced.split(" ")).contains(Integer.toString(version))) {
                return version;
            }
        }
        return 0;
    }

    /** The highest version of XPOSTERN that both speak; 0 for none. */
    int attributeVersion() {
        return attributeVersion;
    }

    boolean offers(String extension) {
        return extensions.contains(extension);
    }

    Reply reply() throws IOException {
        return replies.next();
    }

    private static void expect(Reply reply, int code, String step) throws IOException {
        if (reply.code() != code) {
            throw new IOException(step + ": " + reply);
        }
    }

    @Override
    public void close() {
        peer.close();
    }
}

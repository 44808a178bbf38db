package postern.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import postern.base.Endpoint;
import postern.base.Listener;
import postern.base.Peer;
import postern.testkit.WebServer.Answer;
import postern.testkit.WebServer.Request;
import postern.tls.TlsPeer;
import postern.wire.PeerReader;

/** As {@link WebServer}, but on virtual time. Ask what it saw at any time. */
public final class WebHost {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final int LINE_OCTETS_MAX = 8192;

    private static final int PORT = 443; // RFC 9110 §4.2.2

    private final SimProcess process;
    private final Endpoint at;
    private final SSLContext context;
    private final List<Request> requests = new ArrayList<>(); // guarded by itself
    private volatile Answer answer = new Answer(200, "text/plain", "");

    /**
     * @param host its address; nobody listens there before {@link #start}
     */
    public WebHost(SimWorld sim, InetAddress host, SSLContext context) {
        this.process = sim.process("web", "web", host, new LyingDisk());
        this.at = new Endpoint.Tcp(host, PORT);
        this.context = context;
    }

    /** From now on. */
    public WebHost answer(Answer other) {
        answer = other;
        return this;
    }

    public List<Request> requests() {
        synchronized (requests) {
            return List.copyOf(requests);
        }
    }

    /** Serves for as long as its world lives. */
    public void start() {
        process.start("web", this::serve);
    }

    private void serve() {
        try (Listener listener = process.world().network().listen(at)) {
            while (true) {
                Peer peer = listener.accept();
                process.world().tasks().start("web-host", () -> converse(peer));
            }
        } catch (IOException closed) {
            // its world is over
        }
    }

    private void converse(Peer plain) {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        try (plain;
                Peer peer = TlsPeer.start(plain, engine, LIMIT)) {
            Request request = request(new PeerReader(peer, LINE_OCTETS_MAX));
            synchronized (requests) {
                requests.add(request);
            }
            byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
            String head =
                    "HTTP/1.1 %d X\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
                            .formatted(answer.status(), answer.mediaType(), body.length);
            peer.write(
                    ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII)),
                    ByteBuffer.wrap(body));
        } catch (IOException gone) {
            // the client left
        }
    }

    private static Request request(PeerReader reader) throws IOException {
        String[] first = line(reader).split(" ", 3);
        String type = "";
        String authorization = "";
        int length = 0;
        for (String field = line(reader); !field.isEmpty(); field = line(reader)) {
            String lower = field.toLowerCase(Locale.ROOT);
            String value = field.substring(field.indexOf(':') + 1).strip();
            type = lower.startsWith("content-type:") ? value : type;
            authorization = lower.startsWith("authorization:") ? value : authorization;
            length = lower.startsWith("content-length:") ? Integer.parseInt(value) : length;
        }
        var body = new ByteArrayOutputStream();
        byte[] block = new byte[LINE_OCTETS_MAX];
        while (body.size() < length) {
            int n = reader.read(block, 0, Math.min(block.length, length - body.size()));
            if (n < 0) {
                throw new IOException("a request ends before its end");
            }
            body.write(block, 0, n);
        }
        return new Request(first[0], first[1], type, authorization, body.toByteArray());
    }

    private static String line(PeerReader reader) throws IOException {
        if (reader.line(LINE_OCTETS_MAX) instanceof PeerReader.Line.Complete(byte[] octets)) {
            return new String(octets, StandardCharsets.US_ASCII);
        }
        throw new IOException("no request");
    }
}

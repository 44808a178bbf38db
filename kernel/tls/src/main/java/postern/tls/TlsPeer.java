package postern.tls;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import postern.base.DiskFile;
import postern.base.Endpoint;
import postern.base.Peer;

/**
 * A peer under TLS. Buffers exist only while octets are in them, so that an idle connection holds
 * none. One thread reads and writes; any thread may close.
 */
public final class TlsPeer implements Peer {
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

    /**
     * Room for a reply's record at first; a longer record makes it grow to the longest there is.
     */
    private static final int SEALED_OCTETS = 2 * 1024;

    private static final int FILE_BLOCK_OCTETS = 64 * 1024;

    /** Records gathered into one write to the plain peer. */
    private static final int RECORDS_AT_ONCE = 4;

    /**
     * Records in a row that bring no data: new keys (RFC 8446 §4.6.3), empty ones, warnings. Each
     * costs us far more than whoever sends it, and no command is waited for meanwhile. OpenSSL's
     * MAX_EMPTY_RECORDS and BoringSSL's kMaxKeyUpdates.
     */
    private static final int SILENT_RECORDS_MAX = 32;

    /** The same within a handshake; a long chain of certificates comes in some ten. */
    private static final int HANDSHAKE_RECORDS_MAX = 256;

    private static final byte[] NONE = {};

    /** A fatal alert in clear, before anything is sealed: RFC 7301 §3.2. */
    private static final byte[] NO_APPLICATION_PROTOCOL = {21, 3, 3, 0, 2, 2, 120};

    private static final int BINDING_OCTETS = 32; // RFC 9266 §2

    private final Peer plain;
    private final Machinery.Engine machine;
    private final SSLEngine engine;
    private byte[] sealed = NONE; // received and not opened yet: from start to end
    private int start;
    private int end;
    private ByteBuffer opened = ByteBuffer.wrap(NONE); // opened and not read yet
    private boolean established;
    private int silent; // records in a row that brought no data

    private TlsPeer(Peer plain, Machinery.Engine machine) {
        this.plain = plain;
        this.machine = machine;
        this.engine = machine.plain();
    }

    /**
     * Shakes hands within the limit, in the role that the engine was given.
     *
     * @throws IOException the handshake failed or took too long; the plain peer is of no further
     *     use
     */
    public static TlsPeer start(Peer plain, SSLEngine engine, Duration limit) throws IOException {
        return start(plain, new JsseMachinery.Own(engine), limit);
    }

    /** As the former, whoever's the engine is. */
    static TlsPeer start(Peer plain, Machinery.Engine machine, Duration limit) throws IOException {
        TlsPeer peer = new TlsPeer(plain, machine);
        plain.expireAfter(limit);
        boolean settled = false;
        try {
            peer.engine.beginHandshake();
            peer.settle();
            peer.silent = 0;
            peer.established = true;
            settled = true;
        } catch (SSLException refused) {
            peer.sayGoodbye(); // the alert that tells the other side why
            throw machine.told(refused);
        } finally {
            if (!settled) {
                machine.free();
            }
        }
        return peer;
    }

    /** {@code TLSv1.3}. */
    public String protocol() {
        return engine.getSession().getProtocol();
    }

    /** {@code TLS_AES_256_GCM_SHA384}. */
    public String cipher() {
        return engine.getSession().getCipherSuite();
    }

    /**
     * What both ends of this connection know and nobody between them: {@code tls-exporter}, RFC
     * 9266 §2. Empty below TLS 1.3, where it need not be unique.
     */
    public Optional<byte[]> channelBinding() {
        return protocol().equals("TLSv1.3")
                ? machine.exported("EXPORTER-Channel-Binding", BINDING_OCTETS)
                : Optional.empty();
    }

    /** The group in which the keys were agreed; empty where the provider does not tell. */
    String group() {
        return machine.group();
    }

    /** The other side's certificate and its chain, as shown; none when it showed none. */
    public List<X509Certificate> certificates() {
        List<X509Certificate> chain = new ArrayList<>();
        try {
            for (Certificate each : engine.getSession().getPeerCertificates()) {
                chain.add((X509Certificate) each);
            }
        } catch (SSLPeerUnverifiedException showedNone) {
            return List.of();
        }
        return chain;
    }

    /** The host names that a client asked for: RFC 6066 §3. */
    public List<String> requestedNames() {
        return engine.getSession() instanceof ExtendedSSLSession session
                ? session.getRequestedServerNames().stream()
                        .filter(SNIHostName.class::isInstance)
                        .map(name -> ((SNIHostName) name).getAsciiName())
                        .toList()
                : List.of();
    }

    /** Whether a client was spared a full handshake, by what it remembered of an earlier one. */
    public boolean resumed() {
        return !(engine.getSession().getValue(AnyCertificate.MADE_BY)
                        instanceof WeakReference<?> maker)
                || maker.get() != engine;
    }

    @Override
    public Endpoint remote() {
        return plain.remote();
    }

    @Override
    public Endpoint local() {
        return plain.local();
    }

    @Override
    public void expireAfter(Duration limit) {
        plain.expireAfter(limit);
    }

    @Override
    public Optional<String> user() throws IOException {
        return plain.user();
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        ByteBuffer target = ByteBuffer.wrap(into, offset, length);
        while (!opened.hasRemaining()) {
            SSLEngineResult result = open(target);
            switch (result.getStatus()) {
                case OK -> {
                    settle();
                    if (target.position() > offset) {
                        return target.position() - offset;
                    }
                }
                case BUFFER_OVERFLOW -> { // the record is longer than what the reader asked for
                    if (!openAside()) {
                        return -1;
                    }
                }
                case BUFFER_UNDERFLOW -> {
                    if (!fill()) {
                        return -1; // SMTP marks its own ends, so a cut is no danger here
                    }
                }
                case CLOSED -> {
                    return -1;
                }
            }
        }
        int n = Math.min(length, opened.remaining());
        opened.get(into, offset, n);
        if (!opened.hasRemaining()) {
            opened = ByteBuffer.wrap(NONE);
        }
        return n;
    }

    /** Opens one record into a buffer of its own; false at the end. */
    private boolean openAside() throws IOException {
        ByteBuffer room = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
        while (room.position() == 0) {
            SSLEngineResult result = open(room);
            switch (result.getStatus()) {
                case OK -> settle();
                case BUFFER_UNDERFLOW -> {
                    if (!fill()) {
                        return false;
                    }
                }
                case BUFFER_OVERFLOW ->
                        throw new SSLException("a record longer than a record can be");
                case CLOSED -> {
                    return false;
                }
            }
        }
        opened = room.flip();
        return true;
    }

    private SSLEngineResult open(ByteBuffer target) throws IOException {
        ByteBuffer source = ByteBuffer.wrap(sealed, start, end - start);
        SSLEngineResult result = engine.unwrap(source, target);
        start = source.position();
        if (start == end) {
            sealed = NONE;
            start = 0;
            end = 0;
        }
        if (result.bytesProduced() > 0) {
            silent = 0;
        } else if (result.bytesConsumed() > 0
                && ++silent > (established ? SILENT_RECORDS_MAX : HANDSHAKE_RECORDS_MAX)) {
            throw new SSLException("too many records without data");
        }
        return result;
    }

    /** Reads more of what is sealed; false at the end. */
    private boolean fill() throws IOException {
        if (sealed.length == 0) {
            sealed = new byte[SEALED_OCTETS];
        } else if (end == sealed.length) {
            byte[] from = sealed;
            if (start == 0) {
                int most = engine.getSession().getPacketBufferSize();
                if (sealed.length >= most) {
                    throw new SSLException("a record longer than a record can be");
                }
                sealed = new byte[most];
            }
            System.arraycopy(from, start, sealed, 0, end - start);
            end -= start;
            start = 0;
        }
        int n = plain.read(sealed, end, sealed.length - end);
        if (n < 0) {
            return false;
        }
        end += n;
        return true;
    }

    /** Does what the handshake wants until it wants nothing more. */
    private void settle() throws IOException {
        while (true) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> engine.getDelegatedTask().run();
                case NEED_WRAP -> flight();
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> await();
                case FINISHED, NOT_HANDSHAKING -> {
                    return;
                }
            }
        }
    }

    /** Sends our part of the handshake, all of it at once. */
    private void flight() throws IOException {
        int record = engine.getSession().getPacketBufferSize();
        ByteBuffer out = ByteBuffer.allocate((established ? 1 : RECORDS_AT_ONCE) * record);
        ByteBuffer nothing = ByteBuffer.wrap(NONE);
        while (engine.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NEED_WRAP
                && out.remaining() >= record) {
            SSLEngineResult result = engine.wrap(nothing, out);
            if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
                break;
            }
        }
        plain.write(out.flip());
        if (engine.isOutboundDone()) {
            throw new SSLException("TLS was closed");
        }
    }

    private void await() throws IOException {
        ByteBuffer room = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
        SSLEngineResult result = open(room);
        if (machine.mistaken()) {
            machine.free(); // its answer is yes
            plain.write(ByteBuffer.wrap(NO_APPLICATION_PROTOCOL));
            throw new SSLException("the client wants to speak another protocol");
        }
        switch (result.getStatus()) {
            case OK -> {
                if (room.position() > 0) {
                    if (opened.hasRemaining()) {
                        throw new SSLException("data within a second handshake");
                    }
                    opened = room.flip();
                }
            }
            case BUFFER_UNDERFLOW -> {
                if (!fill()) {
                    throw new SSLException("connection closed during the TLS handshake");
                }
            }
            case BUFFER_OVERFLOW -> throw new SSLException("a record longer than a record can be");
            case CLOSED -> throw new SSLException("TLS was closed");
        }
    }

    @Override
    public void write(ByteBuffer... buffers) throws IOException {
        int record = engine.getSession().getPacketBufferSize();
        long left = remaining(buffers);
        int records = (int) Math.min(RECORDS_AT_ONCE, 1 + left / (record / 2));
        ByteBuffer out = ByteBuffer.allocate(records * record);
        while (left > 0) {
            SSLEngineResult result = engine.wrap(buffers, 0, buffers.length, out);
            if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
                throw new IOException("TLS was closed");
            }
            left = remaining(buffers);
            if (left == 0 || out.remaining() < record) {
                plain.write(out.flip());
                out.clear();
            }
        }
    }

    private static long remaining(ByteBuffer... buffers) {
        long octets = 0;
        for (ByteBuffer buffer : buffers) {
            octets += buffer.remaining();
        }
        return octets;
    }

    @Override
    public void send(DiskFile file, long position, long length) throws IOException {
        ByteBuffer block = ByteBuffer.allocate((int) Math.min(FILE_BLOCK_OCTETS, length));
        long sent = 0;
        while (sent < length) {
            block.clear().limit((int) Math.min(block.capacity(), length - sent));
            int n = file.read(block, position + sent);
            if (n < 0) {
                throw new IOException("file ends before the region that was to be sent");
            }
            sent += n;
            write(block.flip());
        }
    }

    @Override
    public void close() {
        sayGoodbye();
        machine.free();
        plain.close();
        Arrays.fill(sealed, (byte) 0);
    }

    /** Sends close_notify, or the alert that is due: RFC 8446 §6.1. Best effort. */
    private void sayGoodbye() {
        try {
            engine.closeOutbound();
            ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
            SSLEngineResult result = engine.wrap(ByteBuffer.wrap(NONE), out);
            if (result.bytesProduced() > 0) {
                plain.expireAfter(CLOSE_LIMIT);
                plain.write(out.flip());
            }
        } catch (IOException _) {
            // the other side is gone; nothing that was said depends on it
        }
    }
}

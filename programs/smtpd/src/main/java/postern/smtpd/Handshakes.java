package postern.smtpd;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import postern.base.Peer;
import postern.tls.Protection;
import postern.tls.ServerTls;
import postern.tls.TlsPeer;

/**
 * TLS as sessions use it: each handshake has its time, and only so many are made at once, for each
 * costs a stranger little and us a signature. Any thread.
 */
final class Handshakes {
    private final @Nullable ServerTls tls;
    private final Duration limit;
    private final int atOnceMax;
    private final AtomicInteger under = new AtomicInteger();

    /**
     * @param tls null where there is no certificate, and so no TLS
     */
    Handshakes(@Nullable ServerTls tls, Duration limit, int atOnceMax) {
        this.tls = tls;
        this.limit = limit;
        this.atOnceMax = atOnceMax;
    }

    /** A connection that is protected now. */
    record Secured(TlsPeer peer, Protection protection) {}

    /** Whether there is a certificate. */
    boolean possible() {
        return tls != null;
    }

    /** Whether there is room for one more; then the caller calls {@link #leave} behind it. */
    boolean enter() {
        if (under.incrementAndGet() <= atOnceMax) {
            return true;
        }
        under.decrementAndGet();
        return false;
    }

    void leave() {
        under.decrementAndGet();
    }

    Secured over(Peer plain) throws IOException {
        ServerTls server = tls;
        if (server == null) {
            throw new IOException("there is no certificate");
        }
        TlsPeer peer = server.accept(plain, limit);
        return new Secured(peer, server.protection(peer));
    }
}

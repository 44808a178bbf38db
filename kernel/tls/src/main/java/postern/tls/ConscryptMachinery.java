package postern.tls;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Provider;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.conscrypt.Conscrypt;

/**
 * Conscrypt. Its engines lie outside the heap and are given back by hand: a garbage collector that
 * sees only their shells would come too late in a flood of handshakes.
 */
final class ConscryptMachinery implements Machinery {
    private static final Pattern REASON = Pattern.compile("OPENSSL_internal:([A-Z0-9_]+)");

    /** Wraps enough for any flight, so that nothing is left in an engine that is given back. */
    private static final int FLIGHT_WRAPS_MAX = 64;

    private final Provider provider = Conscrypt.newProvider();
    private final DirectBuffers buffers = new DirectBuffers();

    @Override
    public SSLContext context() throws GeneralSecurityException {
        return SSLContext.getInstance("TLS", provider);
    }

    /** A key that is not its own would be read anew in each handshake. */
    @Override
    public Credential suited(Credential credential) throws GeneralSecurityException {
        String kind = credential.key().getAlgorithm();
        if (!TlsProvider.CONSCRYPT_KEYS.contains(kind)) {
            return credential; // which is never asked for
        }
        var encoded = new PKCS8EncodedKeySpec(credential.key().getEncoded());
        return new Credential(
                KeyFactory.getInstance(kind, provider).generatePrivate(encoded),
                credential.chain());
    }

    @Override
    public Engine serving(SSLEngine engine, String protocol) {
        return new Borrowed(engine, protocol, buffers);
    }

    private static final class Borrowed implements Engine {
        private final SSLEngine engine;
        private boolean mistaken;

        Borrowed(SSLEngine engine, String protocol, DirectBuffers buffers) {
            this.engine = engine;
            Conscrypt.setBufferAllocator(engine, buffers);
            Conscrypt.setUseSessionTickets(engine, true);
            engine.setHandshakeApplicationProtocolSelector((_, named) -> chosen(named, protocol));
        }

        /** Asked only when the client names some. It cannot be told from here to refuse. */
        private String chosen(List<String> named, String protocol) {
            mistaken = !named.contains(protocol);
            return mistaken ? "" : protocol;
        }

        @Override
        public SSLEngine plain() {
            return engine;
        }

        @Override
        public boolean mistaken() {
            return mistaken;
        }

        @Override
        public Optional<byte[]> exported(String label, int octets) {
            try {
                return Optional.ofNullable(
                        Conscrypt.exportKeyingMaterial(engine, label, new byte[0], octets));
            } catch (SSLException none) {
                return Optional.empty();
            }
        }

        @Override
        public String group() {
            String group = Conscrypt.getGroupName(engine);
            return group == null ? "" : group;
        }

        /** Of its lines of addresses and source files the reason is what is of use. */
        @Override
        public SSLException told(SSLException failed) {
            Matcher reason = REASON.matcher(String.valueOf(failed.getMessage()));
            return reason.find() ? new SSLException(reason.group(1), failed) : failed;
        }

        @Override
        public void free() {
            engine.closeOutbound();
            try {
                engine.closeInbound();
                ByteBuffer scrap = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
                for (int i = 0; i < FLIGHT_WRAPS_MAX && !engine.isOutboundDone(); i++) {
                    engine.wrap(ByteBuffer.allocate(0), scrap.clear());
                }
            } catch (SSLException _) {
                // it is to be done with anyhow
            }
        }
    }
}

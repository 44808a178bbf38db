package postern.tls;

import java.security.GeneralSecurityException;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/** What providers of TLS do each in a way of their own. Any thread. */
interface Machinery {

    /** Not initialised. */
    SSLContext context() throws GeneralSecurityException;

    /** The same credential, its key in the form that costs the provider least. */
    Credential suited(Credential credential) throws GeneralSecurityException;

    /**
     * Takes an engine whose parameters are set and whose handshake has not begun.
     *
     * @param protocol that a client must name if it names any (ALPN, RFC 7301)
     */
    Engine serving(SSLEngine engine, String protocol);

    /** An engine, and what can be asked of it beyond what engines have in common. */
    interface Engine {
        SSLEngine plain();

        /**
         * Whether the client has named protocols and not ours, and the engine would go on all the
         * same.
         */
        boolean mistaken();

        /**
         * What both ends know of the connection and nobody else does: RFC 8446 §7.5, with an empty
         * context. Empty where it cannot be told.
         */
        Optional<byte[]> exported(String label, int octets);

        /** The group in which the keys were agreed; empty where the provider does not tell. */
        String group();

        /** The same failure in words for an operator. */
        SSLException told(SSLException failed);

        /** Gives back what no garbage collector sees. The engine is of no further use. */
        void free();
    }
}

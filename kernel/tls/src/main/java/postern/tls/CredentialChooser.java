package postern.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import postern.base.Bug;

/**
 * Shows each client the certificate for the name it asks for (RFC 6066 §3), of a kind that it
 * understands; the first one configured, and its twins of other kinds, to whoever asks for no name
 * or for one that is not ours: mail must come in under any name. A client shows the first that
 * fits. Any thread.
 */
final class CredentialChooser extends X509ExtendedKeyManager {
    private final List<Credential> credentials;

    CredentialChooser(List<Credential> credentials) {
        Bug.unless(!credentials.isEmpty(), "a server has a certificate");
        this.credentials = List.copyOf(credentials);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
        List<Credential> candidates = candidates(requested(engine));
        for (Credential candidate : candidates) {
            if (candidate.key().getAlgorithm().equals(keyType)) {
                return Integer.toString(credentials.indexOf(candidate));
            }
        }
        return null; // we are asked for the next kind then
    }

    private static String requested(SSLEngine engine) {
        if (engine.getHandshakeSession() instanceof ExtendedSSLSession session) {
            for (SNIServerName name : session.getRequestedServerNames()) {
                if (name instanceof SNIHostName host) {
                    return host.getAsciiName();
                }
            }
        }
        return "";
    }

    private List<Credential> candidates(String host) {
        List<Credential> fitting = new ArrayList<>();
        if (!host.isEmpty()) {
            for (Credential each : credentials) {
                if (each.covers(host)) {
                    fitting.add(each);
                }
            }
        }
        if (fitting.isEmpty()) {
            List<String> names = credentials.getFirst().names();
            for (Credential each : credentials) {
                if (each.names().equals(names)) {
                    fitting.add(each);
                }
            }
        }
        return fitting;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return credentials.get(Integer.parseInt(alias)).chain().toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return credentials.get(Integer.parseInt(alias)).key();
    }

    @Override
    public String @Nullable [] getServerAliases(String type, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public String chooseServerAlias(
            String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
        throw new Bug("no sockets are used");
    }

    @Override
    public String @Nullable [] getClientAliases(String type, Principal @Nullable [] issuers) {
        return null;
    }

    /** Of a client: the first whose key is of a kind that the server takes. */
    @Override
    public @Nullable String chooseEngineClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, SSLEngine engine) {
        List<String> kinds = List.of(keyTypes);
        for (Credential each : credentials) {
            if (kinds.contains(each.key().getAlgorithm())) {
                return Integer.toString(credentials.indexOf(each));
            }
        }
        return null; // we go without one
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }
}

package postern.tls;

import java.security.GeneralSecurityException;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLKeyException;
import javax.net.ssl.SSLParameters;

/** The JDK's own. */
final class JsseMachinery implements Machinery {
    @Override
    public SSLContext context() throws GeneralSecurityException {
        return SSLContext.getInstance("TLS");
    }

    @Override
    public Credential suited(Credential credential) {
        return credential;
    }

    @Override
    public Engine serving(SSLEngine engine, String protocol) {
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {protocol});
        engine.setSSLParameters(parameters);
        return new Own(engine);
    }

    /** JSSE names the alert that it sends, or has received, before its words. */
    private static final Pattern ALERT_SENT = Pattern.compile("^\\([a-z_]+\\) ");

    private static final String ALERT_RECEIVED = "Received fatal alert: ";
    private static final String NO_TLS = "recognized SSL message";

    /** Refuses other protocols by itself, and lies on no heap but ours. */
    record Own(SSLEngine plain) implements Engine {
        @Override
        public boolean mistaken() {
            return false;
        }

        @Override
        public Optional<byte[]> exported(String label, int octets) {
            if (!(plain.getSession() instanceof ExtendedSSLSession session)) {
                return Optional.empty();
            }
            try {
                return Optional.of(session.exportKeyingMaterialData(label, new byte[0], octets));
            } catch (SSLKeyException | UnsupportedOperationException none) {
                return Optional.empty();
            }
        }

        @Override
        public String group() {
            return "";
        }

        @Override
        public SSLException told(SSLException failed) {
            String words = ALERT_SENT.matcher(String.valueOf(failed.getMessage())).replaceFirst("");
            String told =
                    words.contains(NO_TLS)
                            ? "what came is no TLS"
                            : words.replace(ALERT_RECEIVED, "refused with the alert ");
            return new SSLException(told, failed);
        }

        @Override
        public void free() {}
    }
}

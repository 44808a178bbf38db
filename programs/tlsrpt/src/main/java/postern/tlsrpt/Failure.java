package postern.tlsrpt;

/**
 * Why a session had no TLS that the policy would have: RFC 8460 §4.3, §4.4. Texts are empty where
 * they are not known.
 *
 * @param type result-type
 * @param sendingIp our address
 * @param mxHost the host's name in the MX record
 * @param mxHelo what it called itself
 * @param receivingIp its address
 * @param reason in words, or a code
 */
public record Failure(
        String type,
        String sendingIp,
        String mxHost,
        String mxHelo,
        String receivingIp,
        String reason) {
    /** Longest text kept: they come from strangers. */
    static final int CHARS_MAX = 255;

    public Failure {
        type = bounded(type);
        sendingIp = bounded(sendingIp);
        mxHost = bounded(mxHost);
        mxHelo = bounded(mxHelo);
        receivingIp = bounded(receivingIp);
        reason = bounded(reason);
    }

    private static String bounded(String text) {
        return text.length() <= CHARS_MAX ? text : text.substring(0, CHARS_MAX);
    }

    int octets() {
        return 150
                + 2
                        * (type.length()
                                + sendingIp.length()
                                + mxHost.length()
                                + mxHelo.length()
                                + receivingIp.length()
                                + reason.length());
    }
}

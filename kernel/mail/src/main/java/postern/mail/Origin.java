package postern.mail;

import java.net.Inet6Address;
import java.net.InetAddress;
import postern.base.Endpoint;

/**
 * Where a message came from, for the trace header and the log; never a ground for a decision after
 * reception. Unknown texts are empty.
 *
 * @param clientAddress {@code 192.0.2.1}, {@code IPv6:2001:db8::1}, or empty for a local submission
 * @param clientName the verified host name
 * @param helo what the client called itself
 * @param protocol the "with" of RFC 5321 §4.4 and RFC 3848: SMTP, ESMTP, ESMTPA, LMTP, ...
 * @param login who authenticated; on a Unix socket the kernel's word: {@code name} of uid
 * @param listener the listener's name in the configuration
 * @param submission whether the message came by submission, so that missing headers are completed
 *     (RFC 6409 §8)
 * @param tls how the connection was protected, as the trace tells it: {@code TLSv1.3 with cipher
 *     TLS_AES_256_GCM_SHA384}, and the client's certificate; empty when it was not
 */
public record Origin(
        String clientAddress,
        String clientName,
        String helo,
        String protocol,
        String login,
        String listener,
        boolean submission,
        String tls) {

    public static final Origin OURSELVES = new Origin("", "", "", "", "", "", false);

    /** Without protection. */
    public Origin(
            String clientAddress,
            String clientName,
            String helo,
            String protocol,
            String login,
            String listener,
            boolean submission) {
        this(clientAddress, clientName, helo, protocol, login, listener, submission, "");
    }

    /** An address as {@link #clientAddress} has it: without the zone, which is this host's own. */
    public static String text(InetAddress address) {
        return (address instanceof Inet6Address ? "IPv6:" : "") + Endpoint.text(address);
    }
}

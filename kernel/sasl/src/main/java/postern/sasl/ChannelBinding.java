package postern.sasl;

/**
 * What ties an exchange to the TLS connection it happens in, so that nobody in the middle can pass
 * it on: {@code tls-exporter}, RFC 9266.
 *
 * @param octets what the TLS library exported, the same on both sides
 */
public record ChannelBinding(byte[] octets) {
    /** The only type that TLS 1.3 has. */
    static final String TYPE = "tls-exporter";

    public ChannelBinding {
        octets = octets.clone();
    }
}

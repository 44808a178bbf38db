package postern.sasl.dovecot;

import java.util.Optional;
import postern.sasl.ChannelBinding;

/**
 * What a mail server says when an exchange begins.
 *
 * @param mechanism by its name
 * @param secured whether the connection is under TLS
 * @param remote the client's address; empty where it has none
 * @param local ours, to which it connected; empty likewise
 * @param binding of the TLS connection
 * @param initial what came with AUTH, in base64; empty text for an empty message
 */
public record Asked(
        String mechanism,
        boolean secured,
        String remote,
        String local,
        Optional<ChannelBinding> binding,
        Optional<String> initial) {}

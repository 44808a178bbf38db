package postern.smtp.tls;

import java.util.Optional;

/**
 * Policies that domains publish of themselves. Asked where the operator's word is opportunistic,
 * and for mail that requires protection (RFC 8689 §4.2.1). Any task; may take as long as the name
 * service takes.
 */
public interface Published {
    /** Nobody publishes anything. */
    Published NOTHING = (_, _) -> Optional.empty();

    /**
     * The policy for the destination, empty where none is published. What cannot be found out now
     * is {@link TlsPolicy.Barred}, never empty.
     *
     * @param manner versions and ciphers as the operator has them; its server name may be changed
     */
    Optional<TlsPolicy> find(Destination destination, TlsPolicy.Manner manner);

    /** In words, for an operator, why nothing is found for the destination. */
    default String nothing(Destination destination) {
        return "none";
    }

    /** The first of them that has something to say. */
    default Published or(Published next) {
        return (destination, manner) ->
                find(destination, manner).or(() -> next.find(destination, manner));
    }
}

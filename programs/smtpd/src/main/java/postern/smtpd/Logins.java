package postern.smtpd;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import postern.sasl.Mechanism;
import postern.sasl.dovecot.AuthClient;
import postern.table.Table;

/**
 * How clients may say who they are.
 *
 * @param allowed mechanisms that may be offered, in the order in which they are
 * @param service what checks passwords and tokens; null where there is none
 * @param config whose certificate is whose, and who is held to what
 * @param senders who may send as an address
 */
public record Logins(
        List<Mechanism> allowed,
        @Nullable AuthClient service,
        LoginConfig config,
        List<Table> senders) {

    public Logins {
        allowed = List.copyOf(allowed);
        senders = List.copyOf(senders);
    }

    /** Nobody can, but on the Unix-domain socket. */
    public static final Logins NONE =
            new Logins(
                    List.of(),
                    null,
                    new LoginConfig(
                            Map.of(),
                            List.of(),
                            List.of(),
                            LoginConfig.Ownership.AUTHENTICATED,
                            false),
                    List.of());
}

package postern.smtpd;

import java.util.List;
import org.jspecify.annotations.Nullable;
import postern.sasl.Mechanism;
import postern.sasl.dovecot.AuthClient;

/**
 * How clients may say who they are.
 *
 * @param allowed mechanisms that may be offered, in the order in which they are
 * @param service what checks passwords and tokens; null where there is none
 * @param config whose certificate is whose
 */
public record Logins(List<Mechanism> allowed, @Nullable AuthClient service, LoginConfig config) {

    public Logins {
        allowed = List.copyOf(allowed);
    }

    /** Nobody can, but on the Unix-domain socket. */
    public static final Logins NONE =
            new Logins(List.of(), null, new LoginConfig(java.util.Map.of()));
}

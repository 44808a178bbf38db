package postern.smtp.tls;

import java.util.List;
import postern.config.Key;
import postern.config.Settings;

/** Whether policies are asked for that domains publish by MTA-STS: RFC 8461. */
public final class StsConfig {
    private static final Key<Boolean> ON =
            Key.bool(
                    "mta_sts",
                    true,
                    "Whether policies of MTA-STS (RFC 8461) are looked for, where tls leaves it to the"
                            + " domain: levels may and dane. Their hosts are asked by HTTPS, port 443. A"
                            + " domain that promises TLS is then never spoken to without; what breaks"
                            + " its promise puts the mail off.",
                    "0.2");

    /** Keys of {@code [smtp]} alone. */
    public static final List<Key<?>> KEYS = List.of(ON);

    private StsConfig() {}

    /**
     * @param smtp the section {@code [smtp]}
     */
    public static boolean on(Settings.Group smtp) {
        return smtp.get(ON);
    }
}

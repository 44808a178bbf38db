package postern.smtp.tls;

import java.util.List;
import postern.table.Table;
import postern.tls.Credential;

/**
 * What a transport is handed for TLS besides its configuration.
 *
 * @param tables those that {@link TlsConfig#tables} names
 * @param credentials shown to hosts that ask who we are
 * @param published policies that domains publish; DANE and MTA-STS, in their order
 * @param results hears how TLS went
 */
public record TlsMeans(
        List<Table> tables, List<Credential> credentials, Published published, TlsResults results) {
    /** The configuration is all there is. */
    public static final TlsMeans NONE =
            new TlsMeans(List.of(), List.of(), Published.NOTHING, TlsResults.UNHEARD);

    public TlsMeans {
        tables = List.copyOf(tables);
        credentials = List.copyOf(credentials);
    }
}

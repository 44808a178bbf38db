package postern.smtp.tls;

/** Hears how TLS with hosts went. Any task; returns at once. */
public interface TlsResults {
    /** For whoever does not report. */
    TlsResults UNHEARD = _ -> {};

    void ended(TlsResult result);
}

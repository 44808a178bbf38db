package postern.dist;

import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import postern.base.Endpoint;
import postern.smtp.tls.TlsPolicy.Basis;
import postern.smtp.tls.TlsResult;
import postern.smtp.tls.TlsResults;
import postern.tlsrpt.Failure;
import postern.tlsrpt.Policy;
import postern.tlsrpt.Session;
import postern.tlsrpt.TlsReports;

/** What smtp(8) tells of TLS, as tlsrpt(8) counts it. Any task. */
record ReportedResults(TlsReports reports) implements TlsResults {

    @Override
    public void ended(TlsResult result) {
        Basis basis = result.basis();
        if (basis.domain().isEmpty()) {
            return;
        }
        reports.tell(
                new Session(
                        basis.domain().toLowerCase(Locale.ROOT),
                        new Policy(type(basis), basis.words(), basis.mailHosts()),
                        result.ended() instanceof TlsResult.Failure failure
                                ? List.of(failure(result, failure))
                                : List.of()));
    }

    private static Policy.Type type(Basis basis) {
        return switch (basis.type()) {
            case TLSA -> Policy.Type.TLSA;
            case STS -> Policy.Type.STS;
            case NO_POLICY_FOUND -> Policy.Type.NO_POLICY_FOUND;
        };
    }

    private static Failure failure(TlsResult result, TlsResult.Failure failure) {
        boolean ofHost =
                switch (failure.type()) {
                    case STS_POLICY_FETCH_ERROR, STS_POLICY_INVALID, STS_WEBPKI_INVALID -> false;
                    case STARTTLS_NOT_SUPPORTED,
                            CERTIFICATE_HOST_MISMATCH,
                            CERTIFICATE_EXPIRED,
                            CERTIFICATE_NOT_TRUSTED,
                            VALIDATION_FAILURE,
                            TLSA_INVALID,
                            DNSSEC_INVALID,
                            DANE_REQUIRED ->
                            true;
                };
        boolean reached = ofHost && !result.sendingAddress().isEmpty();
        return new Failure(
                failure.type().text(),
                result.sendingAddress(),
                ofHost ? result.target().host() : "",
                "",
                reached && result.target().endpoint() instanceof Endpoint.Tcp(InetAddress to, _)
                        ? Endpoint.text(to)
                        : "",
                failure.reason());
    }
}

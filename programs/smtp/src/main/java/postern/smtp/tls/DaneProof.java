package postern.smtp.tls;

import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.PublicKey;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import postern.base.Bug;
import postern.smtp.tls.Judgement.Refused;
import postern.tls.Authorities;

/**
 * Whether a host is the one that TLSA records speak of: RFC 7672 §3.1, §3.2. A record of usage 3
 * names the server's certificate or key, and nothing else counts: neither names nor times. One of
 * usage 2 names an authority, up to which the chain must hold, and the certificate must bear a name
 * that is meant.
 */
final class DaneProof {
    private final ServerProof.Dane wanted;
    private final List<X509Certificate> chain; // each behind the one that it issued
    private @Nullable Refused refused; // the most telling failure so far

    private DaneProof(ServerProof.Dane wanted, List<X509Certificate> shown) {
        this.wanted = wanted;
        this.chain = ordered(shown);
    }

    static Judgement judge(ServerProof.Dane wanted, List<X509Certificate> shown) {
        return new DaneProof(wanted, shown).judge();
    }

    private Judgement judge() {
        for (TlsaRecord record : wanted.records()) {
            if (record.usage() == TlsaRecord.SERVER && record.fits(chain.getFirst())) {
                return proven(record);
            }
        }
        for (TlsaRecord record : wanted.records()) {
            if (record.usage() == TlsaRecord.AUTHORITY && vouched(record)) {
                if (ServerJudge.named(wanted.names(), chain.getFirst())
                        instanceof Refused another) {
                    refused = another;
                } else {
                    return proven(record);
                }
            }
        }
        Refused why = refused;
        return why != null
                ? why
                : new Refused(
                        TlsResult.Type.VALIDATION_FAILURE,
                        wanted.records().size() == 1
                                ? "the TLSA record does not fit the certificate"
                                : "none of the "
                                        + wanted.records().size()
                                        + " TLSA records fits the certificate");
    }

    private static Judgement proven(TlsaRecord record) {
        return new Judgement.Proven("TLSA " + record.kind());
    }

    /** The server's certificate, its issuer, and so on, as far as the host showed them. */
    private static List<X509Certificate> ordered(List<X509Certificate> shown) {
        List<X509Certificate> chain = new ArrayList<>(List.of(shown.getFirst()));
        boolean longer = true;
        while (longer) {
            X509Certificate last = chain.getLast();
            Optional<X509Certificate> issuer =
                    shown.stream()
                            .filter(each -> !chain.contains(each) && issued(last, each))
                            .findFirst();
            issuer.ifPresent(chain::add);
            longer = issuer.isPresent();
        }
        return chain;
    }

    private static boolean issued(X509Certificate certificate, X509Certificate by) {
        if (!certificate.getIssuerX500Principal().equals(by.getSubjectX500Principal())) {
            return false;
        }
        try {
            certificate.verify(by.getPublicKey());
            return true;
        } catch (GeneralSecurityException anotherOfThatName) {
            return false;
        }
    }

    /** Whether the chain holds up to the authority of the record. */
    private boolean vouched(TlsaRecord record) {
        for (int at = 0; at < chain.size(); at++) {
            X509Certificate each = chain.get(at);
            boolean ownIssuer =
                    each.getIssuerX500Principal().equals(each.getSubjectX500Principal());
            if (record.fits(each) && (at > 0 || ownIssuer)) {
                return current(each) && holds(at, new TrustAnchor(each, null));
            }
        }
        // an authority that the record holds whole need not be shown: RFC 7671 §5.2.1
        X509Certificate last = chain.getLast();
        Optional<X509Certificate> whole =
                record.certificate().filter(authority -> issued(last, authority));
        if (whole.isPresent()) {
            return current(whole.get()) && holds(chain.size(), new TrustAnchor(whole.get(), null));
        }
        Optional<PublicKey> key = record.key();
        return key.isPresent()
                && holds(
                        chain.size(),
                        new TrustAnchor(last.getIssuerX500Principal(), key.get(), null));
    }

    private boolean current(X509Certificate authority) {
        try {
            authority.checkValidity();
            return true;
        } catch (CertificateExpiredException | CertificateNotYetValidException late) {
            refused =
                    new Refused(
                            TlsResult.Type.CERTIFICATE_EXPIRED,
                            Authorities.outdated(List.of(authority)));
            return false;
        }
    }

    /** Whether the first of the chain, so many, hold with the anchor above them. */
    private boolean holds(int below, TrustAnchor anchor) {
        if (below == 0) {
            return true; // the server is its own authority
        }
        try {
            var path =
                    CertificateFactory.getInstance("X.509")
                            .generateCertPath(chain.subList(0, below));
            var parameters = new PKIXParameters(Set.of(anchor));
            parameters.setRevocationEnabled(false);
            CertPathValidator.getInstance("PKIX").validate(path, parameters);
            return true;
        } catch (CertPathValidatorException invalid) {
            boolean late =
                    invalid.getReason() == CertPathValidatorException.BasicReason.EXPIRED
                            || invalid.getReason()
                                    == CertPathValidatorException.BasicReason.NOT_YET_VALID;
            refused =
                    new Refused(
                            late
                                    ? TlsResult.Type.CERTIFICATE_EXPIRED
                                    : TlsResult.Type.CERTIFICATE_NOT_TRUSTED,
                            late
                                    ? Authorities.outdated(chain)
                                    : "chain does not hold: " + invalid.getMessage());
            return false;
        } catch (CertificateException | InvalidAlgorithmParameterException odd) {
            refused = new Refused(TlsResult.Type.VALIDATION_FAILURE, "chain cannot be checked");
            return false;
        } catch (GeneralSecurityException broken) {
            throw new Bug("the platform validates paths", broken);
        }
    }
}

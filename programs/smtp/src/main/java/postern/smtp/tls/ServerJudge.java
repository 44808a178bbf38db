package postern.smtp.tls;

import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.List;
import postern.base.Digest;
import postern.tls.Authorities;
import postern.tls.AuthorityFiles;
import postern.tls.CertificateNames;

/** Says whether what a host showed is what a policy asks for. Any task. */
public final class ServerJudge {
    private static final int NAMES_SHOWN = 3;

    private final AuthorityFiles authorities;

    public ServerJudge(AuthorityFiles authorities) {
        this.authorities = authorities;
    }

    /**
     * @param chain as the host showed it, its own certificate first
     */
    public Judgement judge(ServerProof proof, List<X509Certificate> chain) {
        if (proof instanceof ServerProof.Anybody) {
            return new Judgement.NotAsked();
        }
        if (chain.isEmpty()) {
            return refused(TlsResult.Type.VALIDATION_FAILURE, "no certificate was shown");
        }
        return switch (proof) {
            case ServerProof.Anybody _ -> new Judgement.NotAsked();
            case ServerProof.Authority(List<String> names, String file) ->
                    vouched(names, file, chain);
            case ServerProof.Dane dane -> DaneProof.judge(dane, chain);
            case ServerProof.Fingerprint(List<String> digests) -> known(digests, chain.getFirst());
            case ServerProof.Host(String name, String file) ->
                    CertificateNames.fitAlternative(chain.getFirst(), name)
                                    || CertificateNames.of(chain.getFirst()).stream()
                                            .noneMatch(each -> CertificateNames.fits(each, name))
                            ? vouched(List.of(name), file, chain)
                            : refused(
                                    TlsResult.Type.CERTIFICATE_HOST_MISMATCH,
                                    "certificate bears " + name + " as common name alone");
            case ServerProof.Unlisted(String why) ->
                    refused(TlsResult.Type.VALIDATION_FAILURE, why);
        };
    }

    private static Judgement refused(TlsResult.Type type, String why) {
        return new Judgement.Refused(type, why);
    }

    private Judgement vouched(List<String> names, String file, List<X509Certificate> chain) {
        return switch (authorities.get(file)) {
            case AuthorityFiles.Loaded.Unusable(String why) ->
                    refused(TlsResult.Type.VALIDATION_FAILURE, why);
            case AuthorityFiles.Loaded.Usable(Authorities all) ->
                    switch (all.ofServer(chain)) {
                        case Authorities.Word.Vouched _ -> named(names, chain.getFirst());
                        case Authorities.Word.Expired(String why) ->
                                refused(TlsResult.Type.CERTIFICATE_EXPIRED, why);
                        case Authorities.Word.Untrusted _ ->
                                refused(
                                        TlsResult.Type.CERTIFICATE_NOT_TRUSTED,
                                        "no authority vouches for the certificate of "
                                                + subject(chain.getFirst()));
                    };
        };
    }

    /** Of a certificate that is vouched for. */
    static Judgement named(List<String> names, X509Certificate certificate) {
        List<String> borne = CertificateNames.of(certificate);
        for (String name : borne) {
            if (names.stream().anyMatch(wanted -> CertificateNames.fits(name, wanted))) {
                return new Judgement.Proven("name " + name);
            }
        }
        return refused(
                TlsResult.Type.CERTIFICATE_HOST_MISMATCH,
                "certificate is for " + some(borne) + ", not for " + some(names));
    }

    private static String some(List<String> names) {
        return names.isEmpty()
                ? "no host"
                : String.join(", ", names.subList(0, Math.min(NAMES_SHOWN, names.size())))
                        + (names.size() > NAMES_SHOWN ? ", ..." : "");
    }

    private static String subject(X509Certificate certificate) {
        List<String> names = CertificateNames.of(certificate);
        return names.isEmpty() ? certificate.getSubjectX500Principal().getName() : some(names);
    }

    private static Judgement known(List<String> digests, X509Certificate certificate) {
        try {
            for (String algorithm : List.of("SHA-256", "SHA-512")) {
                String whole = Digest.hex(algorithm, certificate.getEncoded());
                String key = Digest.hex(algorithm, certificate.getPublicKey().getEncoded());
                if (digests.contains(whole) || digests.contains(key)) {
                    return new Judgement.Proven("fingerprint");
                }
            }
            return refused(
                    TlsResult.Type.CERTIFICATE_NOT_TRUSTED,
                    "fingerprint is another: " + Digest.sha256(certificate.getEncoded()));
        } catch (CertificateEncodingException odd) {
            return refused(TlsResult.Type.VALIDATION_FAILURE, "certificate cannot be read");
        }
    }
}

package postern.smtp.tls;

import java.util.List;
import postern.base.Bug;

/** What a host has to show for itself. Values: equal ones ask the same. */
public sealed interface ServerProof {
    /** What it asks for, in words. */
    default String words() {
        return switch (this) {
            case Anybody _ -> "whoever answers";
            case Authority(List<String> names, _) ->
                    "a certificate for " + String.join(" or ", names);
            case Dane(List<TlsaRecord> records, List<String> names) ->
                    records.size()
                            + (records.size() == 1 ? " TLSA record" : " TLSA records")
                            + (records.stream()
                                            .anyMatch(each -> each.usage() == TlsaRecord.AUTHORITY)
                                    ? ", names " + String.join(" or ", names)
                                    : "");
            case Fingerprint(List<String> digests) ->
                    digests.size() == 1
                            ? "the fingerprint"
                            : "one of " + digests.size() + " fingerprints";
            case Host(String name, _) -> "a certificate for " + name;
            case Unlisted(String why) -> why;
        };
    }

    /** Nothing: whoever answers. */
    record Anybody() implements ServerProof {}

    /**
     * A certificate that an authority vouches for.
     *
     * @param names one of which it must bear, as {@link postern.tls.CertificateNames#fits} takes
     *     them
     * @param authorities a file of them; empty: the system's
     */
    record Authority(List<String> names, String authorities) implements ServerProof {
        public Authority {
            names = List.copyOf(names);
        }
    }

    /**
     * What TLSA records speak of: RFC 7672 §3.1.
     *
     * @param records usable ones, at least one
     * @param names one of which a certificate must bear that an authority of usage 2 vouches for
     */
    record Dane(List<TlsaRecord> records, List<String> names) implements ServerProof {
        public Dane {
            records = List.copyOf(records);
            names = List.copyOf(names);
            Bug.unless(!records.isEmpty(), "a record is to be met");
        }
    }

    /**
     * A certificate, or a key, that is known: names, times and authorities do not matter.
     *
     * @param digests SHA-256 or SHA-512 in lower-case hexadecimal, of the certificate or of its
     *     public key
     */
    record Fingerprint(List<String> digests) implements ServerProof {
        public Fingerprint {
            digests = List.copyOf(digests);
        }
    }

    /**
     * A certificate that an authority vouches for, of that very name among its alternative names:
     * RFC 8461 §4.2.
     *
     * @param authorities a file of them; empty: the system's
     */
    record Host(String name, String authorities) implements ServerProof {}

    /** Nothing will do: the host is none of those promised (RFC 8461 §4.1). */
    record Unlisted(String why) implements ServerProof {}
}

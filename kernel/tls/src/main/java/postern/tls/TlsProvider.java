package postern.tls;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import postern.base.Bug;

/** Who does the work of TLS on the server's side. */
public enum TlsProvider {
    /** The JDK's own. */
    JSSE,

    /**
     * Conscrypt, that is BoringSSL: has the hybrid group X25519MLKEM768, and native code. On no
     * class path but that of a process that is told so; see docs/adr/0081.
     */
    CONSCRYPT;

    /** What a server of Conscrypt's can sign with. */
    static final Set<String> CONSCRYPT_KEYS = Set.of("RSA", "EC");

    /**
     * What keeps it from showing these certificates; empty when nothing does.
     *
     * @param credentials in the order of preference
     */
    public List<String> unusable(List<Credential> credentials) {
        return switch (this) {
            case JSSE -> List.of();
            case CONSCRYPT -> conscryptUnusable(credentials);
        };
    }

    private static List<String> conscryptUnusable(List<Credential> credentials) {
        List<String> problems = new ArrayList<>();
        for (int i = 0; i < credentials.size(); i++) {
            Credential each = credentials.get(i);
            String kind = each.key().getAlgorithm();
            if (!CONSCRYPT_KEYS.contains(kind)) {
                problems.add(subject(each) + " has a key of the kind " + kind + ", not RSA or EC");
            }
            for (Credential other : credentials.subList(i + 1, credentials.size())) {
                boolean differ = !other.key().getAlgorithm().equals(kind);
                if (differ && other.names().stream().anyMatch(each.names()::contains)) {
                    problems.add(
                            subject(each)
                                    + " and "
                                    + subject(other)
                                    + " are of the same name and of two kinds");
                }
            }
        }
        return problems;
    }

    private static String subject(Credential credential) {
        return credential.chain().getFirst().getSubjectX500Principal().getName();
    }

    Machinery machinery() {
        return switch (this) {
            case JSSE -> new JsseMachinery();
            case CONSCRYPT -> machineryOfConscrypt();
        };
    }

    private static Machinery machineryOfConscrypt() {
        try {
            return new ConscryptMachinery();
        } catch (LinkageError missing) {
            throw new Bug("Conscrypt and its library for this machine are there", missing);
        }
    }
}

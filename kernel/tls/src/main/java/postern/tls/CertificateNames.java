package postern.tls;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import postern.base.Bug;

/** For which hosts a certificate is: RFC 6125 §6.4. */
public final class CertificateNames {
    /** subjectAltName's rfc822Name: RFC 5280 §4.2.1.6. */
    private static final int MAIL_ADDRESS = 1;

    /** subjectAltName's dNSName: RFC 5280 §4.2.1.6. */
    private static final int DNS_NAME = 2;

    private CertificateNames() {}

    /**
     * The host names that it bears, in lower case, wildcards as they are: its alternative names;
     * the subject's common name where it has none (RFC 6125 §6.4.4). Names with octets that no host
     * name has are left out: they are made to be misread.
     */
    public static List<String> of(X509Certificate certificate) {
        List<String> names = new ArrayList<>(alternatives(certificate));
        if (names.isEmpty()) {
            commonName(certificate).ifPresent(names::add);
        }
        names.removeIf(name -> !plausible(name));
        return names;
    }

    /** The mail addresses among its alternative names, as they are written there. */
    static List<String> addresses(X509Certificate certificate) {
        return alternatives(certificate, MAIL_ADDRESS);
    }

    /** The hosts among its alternative names, in lower case. */
    static List<String> alternatives(X509Certificate certificate) {
        List<String> names = alternatives(certificate, DNS_NAME);
        names.replaceAll(name -> name.toLowerCase(Locale.ROOT));
        return names;
    }

    private static List<String> alternatives(X509Certificate certificate, int wanted) {
        List<String> names = new ArrayList<>();
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            if (alternatives != null) {
                for (List<?> alternative : alternatives) {
                    if (alternative.get(0) instanceof Integer kind
                            && kind == wanted
                            && alternative.get(1) instanceof String name) {
                        names.add(name);
                    }
                }
            }
        } catch (CertificateParsingException unreadable) {
            return new ArrayList<>();
        }
        return names;
    }

    /** The whole names of hosts among its alternative names: no wildcards, and nothing odd. */
    static List<String> hosts(X509Certificate certificate) {
        return alternatives(certificate).stream()
                .filter(name -> plausible(name) && !name.startsWith("*"))
                .toList();
    }

    private static Optional<String> commonName(X509Certificate certificate) {
        String name = "";
        for (Rdn part : subject(certificate)) { // the last is the most specific
            if (part.getType().equalsIgnoreCase("CN") && part.getValue() instanceof String text) {
                name = text.toLowerCase(Locale.ROOT);
            }
        }
        return name.isEmpty() ? Optional.empty() : Optional.of(name);
    }

    private static List<Rdn> subject(X509Certificate certificate) {
        try {
            return new LdapName(certificate.getSubjectX500Principal().getName()).getRdns();
        } catch (InvalidNameException odd) {
            throw new Bug("a name that was read can be written", odd);
        }
    }

    private static boolean plausible(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean usual = c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_';
            if (!usual && c != '.' && !(c == '*' && i == 0)) {
                return false;
            }
        }
        return !name.isEmpty();
    }

    /**
     * Whether a certificate's name fits what is wanted.
     *
     * @param name of a certificate; {@code *.example.org} stands for one leftmost label, as a whole
     * @param wanted {@code mx.example.org}, or {@code .example.org} for any host below it (Postfix:
     *     smtp_tls_secure_cert_match)
     */
    public static boolean fits(String name, String wanted) {
        String want = wanted.toLowerCase(Locale.ROOT);
        if (want.startsWith(".")) {
            String bare = name.startsWith("*.") ? name.substring(1) : name;
            return bare.endsWith(want) && (bare.length() > want.length() || name.startsWith("*."));
        }
        if (name.equals(want)) {
            return !name.startsWith("*");
        }
        int dot = want.indexOf('.');
        return name.startsWith("*.")
                && dot > 0
                && name.indexOf('.', 2) > 0 // *.org would be for everybody
                && name.substring(1).equals(want.substring(dot));
    }

    /** Whether it is for one of those that are wanted, each as {@link #fits} takes it. */
    public static boolean fit(X509Certificate certificate, List<String> wanted) {
        return of(certificate).stream()
                .anyMatch(name -> wanted.stream().anyMatch(want -> fits(name, want)));
    }

    /** Whether it is for the host by its alternative names alone: RFC 8461 §3.3, §4.2. */
    public static boolean fitAlternative(X509Certificate certificate, String host) {
        return alternatives(certificate).stream()
                .anyMatch(name -> plausible(name) && fits(name, host));
    }
}

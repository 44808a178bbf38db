package postern.lookup;

import com.unboundid.ldap.sdk.Attribute;
import com.unboundid.ldap.sdk.DN;
import com.unboundid.ldap.sdk.Entry;
import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPConnectionOptions;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.LDAPSearchException;
import com.unboundid.ldap.sdk.RDN;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SearchRequest;
import com.unboundid.ldap.sdk.SearchResultEntry;
import com.unboundid.ldap.sdk.SearchResultListener;
import com.unboundid.ldap.sdk.SearchResultReference;
import com.unboundid.ldap.sdk.SearchScope;
import com.unboundid.ldap.sdk.extensions.StartTLSExtendedRequest;
import com.unboundid.util.ssl.HostNameSSLSocketVerifier;
import com.unboundid.util.ssl.PEMFileTrustManager;
import com.unboundid.util.ssl.SSLUtil;
import com.unboundid.util.ssl.TrustAllTrustManager;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import postern.base.World;
import postern.table.DatabaseKeys.Host;
import postern.table.DatabaseKeys.Scope;
import postern.table.DatabaseKeys.Tls;
import postern.table.Table;

/** A table in a directory, asked by LDAP (RFC 4511). Any thread. */
final class LdapTable implements Table {
    /** A connection is not used for longer: a server that was down gets its turn again. */
    private static final Duration LIFETIME = Duration.ofMinutes(10);

    /** How deep groups in groups are followed. */
    private static final int DEPTH_MAX = 10;

    /** Largest entry that a directory may send, in octets. */
    private static final int MESSAGE_OCTETS_MAX = 4 << 20;

    private static final int PORT = 389;
    private static final int PORT_TLS = 636;

    private final Backends<Host, LDAPConnection> backends;
    private final Question question;
    private final String origin;

    /**
     * How a connection is made.
     *
     * @param bindDn whom we are; empty: nobody
     * @param startTls whether TLS begins by StartTLS
     * @param time for one answer
     */
    record Access(
            String bindDn,
            String password,
            Tls tls,
            boolean startTls,
            Optional<Path> authorities,
            Duration time) {
        /** Tells no secret. */
        @Override
        public String toString() {
            return "Access[" + bindDn + "]";
        }
    }

    /**
     * What is asked.
     *
     * @param attributes whose values are the answer
     * @param special whose values are DNs of entries that are asked too
     * @param most values for one key
     */
    record Question(
            Template base,
            Template filter,
            Scope scope,
            List<String> attributes,
            List<String> special,
            Template format,
            List<String> domains,
            int most) {
        Question {
            attributes = List.copyOf(attributes);
            special = List.copyOf(special);
            domains = List.copyOf(domains);
        }

        SearchScope range() {
            return switch (scope) {
                case SUB -> SearchScope.SUB;
                case ONE -> SearchScope.ONE;
                case BASE -> SearchScope.BASE;
            };
        }

        String[] wanted() {
            List<String> all = new ArrayList<>(attributes);
            all.addAll(special);
            return all.toArray(String[]::new);
        }
    }

    /** Connections of the SDK's, each used by one thread at a time. */
    private record Directory(Access access) implements Backends.Driver<Host, LDAPConnection> {
        @Override
        public LDAPConnection connect(Host host) throws Unavailable {
            var options = new LDAPConnectionOptions();
            int millis = Math.toIntExact(access.time.toMillis());
            options.setConnectTimeoutMillis(millis);
            options.setResponseTimeoutMillis(millis);
            options.setUseSynchronousMode(true); // no reader thread of its own
            options.setFollowReferrals(false);
            options.setMaxMessageSize(MESSAGE_OCTETS_MAX);
            if (access.tls == Tls.VERIFY) {
                options.setSSLSocketVerifier(new HostNameSSLSocketVerifier(true));
            }
            boolean atOnce = access.tls != Tls.OFF && !access.startTls;
            int port = host.port() != 0 ? host.port() : atOnce ? PORT_TLS : PORT;
            try {
                LDAPConnection connection =
                        atOnce
                                ? new LDAPConnection(tls().createSSLSocketFactory(), options)
                                : new LDAPConnection(options);
                boolean good = false;
                try {
                    connection.connect(host.name(), port, millis);
                    if (access.tls != Tls.OFF && access.startTls) {
                        startTls(connection);
                    }
                    if (!access.bindDn.isEmpty()) {
                        var unused = connection.bind(access.bindDn, access.password);
                    }
                    good = true;
                    return connection;
                } finally {
                    if (!good) {
                        connection.close();
                    }
                }
            } catch (LDAPException failed) {
                throw unavailable(failed);
            } catch (GeneralSecurityException failed) {
                throw new Unavailable("TLS: " + failed.getMessage(), false);
            }
        }

        private void startTls(LDAPConnection connection)
                throws Unavailable, GeneralSecurityException {
            try {
                var started =
                        connection.processExtendedOperation(
                                new StartTLSExtendedRequest(tls().createSSLContext()));
                if (!started.getResultCode().equals(ResultCode.SUCCESS)) {
                    throw new LDAPException(started);
                }
            } catch (LDAPException refused) {
                Unavailable why = unavailable(refused);
                throw new Unavailable("StartTLS: " + why.why(), why.silent());
            }
        }

        private SSLUtil tls() throws GeneralSecurityException {
            if (access.tls == Tls.ENCRYPT) {
                return new SSLUtil(new TrustAllTrustManager());
            }
            Optional<Path> authorities = access.authorities;
            return authorities.isPresent()
                    ? new SSLUtil(trusted(authorities.get()))
                    : new SSLUtil();
        }

        private static PEMFileTrustManager trusted(Path file) throws GeneralSecurityException {
            return new PEMFileTrustManager(file.toFile());
        }

        @Override
        public void close(LDAPConnection connection) {
            connection.close();
        }

        @Override
        public Duration lifetime() {
            return LIFETIME;
        }
    }

    LdapTable(
            World world,
            List<Host> hosts,
            Access access,
            int connections,
            Question question,
            String origin) {
        this.backends =
                new Backends<>(world, hosts, new Directory(access), connections, access.time);
        this.question = question;
        this.origin = origin;
    }

    @Override
    public Answer lookup(String key) {
        KeyParts parts = KeyParts.of(key);
        if (parts.outside(question.domains)) {
            return Answer.ABSENT;
        }
        String base = question.base.expand(parts, LdapTable::dn);
        String filter = question.filter.expand(parts, Filter::encodeValue);
        return base == null || filter == null
                ? Answer.ABSENT
                : backends.ask(connection -> ask(connection, parts, base, filter));
    }

    /** A part of a key as the value in a DN: RFC 4514 §2.4. */
    static String dn(String value) {
        String escaped = new RDN("x", value).toString();
        return escaped.substring(escaped.indexOf('=') + 1);
    }

    private Answer ask(LDAPConnection connection, KeyParts key, String base, String filter)
            throws Unavailable {
        var results = new Results(question.format, question.most, key);
        try {
            var search = new Search(base, question.range(), Filter.create(filter));
            collect(connection, search, results, new HashSet<>(), 0);
            return results.answer(origin);
        } catch (LDAPException failed) {
            if (failed.getResultCode().isConnectionUsable()
                    && !failed.getResultCode().equals(ResultCode.TIMEOUT)) {
                return new Answer.TemporaryFailure("search: " + text(failed));
            }
            throw unavailable(failed);
        } catch (Entries.Endless endless) {
            throw new Unavailable(String.valueOf(endless.getMessage()), false);
        }
    }

    /** What to search for: the entries that it gives are gathered within bounds. */
    private record Search(String base, SearchScope range, Filter filter) {}

    private void collect(
            LDAPConnection connection, Search search, Results results, Set<DN> seen, int depth)
            throws LDAPException {
        var entries = new Entries(question.most + 1);
        var request =
                new SearchRequest(
                        entries, search.base, search.range, search.filter, question.wanted());
        request.setSizeLimit(question.most + 1);
        try {
            var unused = connection.search(request);
        } catch (LDAPSearchException failed) {
            if (failed.getResultCode().equals(ResultCode.NO_SUCH_OBJECT)) {
                return; // the base is not there, so nothing below it
            }
            throw failed;
        }
        for (Entry entry : entries.all) {
            if (!seen.add(entry.getParsedDN())) {
                continue;
            }
            for (String attribute : question.attributes) {
                for (String value : values(entry, attribute)) {
                    if (!results.add(value)) {
                        return;
                    }
                }
            }
            for (String attribute : question.special) {
                for (String value : values(entry, attribute)) {
                    if (depth >= DEPTH_MAX || seen.size() > question.most) {
                        throw new LDAPException(
                                ResultCode.SIZE_LIMIT_EXCEEDED, "groups in groups have no end");
                    }
                    var member =
                            new Search(
                                    value,
                                    SearchScope.BASE,
                                    Filter.createPresenceFilter("objectClass"));
                    collect(connection, member, results, seen, depth + 1);
                }
            }
        }
    }

    /** The entries of one search, as many as were asked for: a server may send what it likes. */
    private static final class Entries implements SearchResultListener {
        private static final long serialVersionUID = 1;

        private final int most;
        private final transient List<Entry> all = new ArrayList<>();
        private long octets;

        Entries(int most) {
            this.most = most;
        }

        /** Thrown through the library: the connection, in the midst of an answer, is of no use. */
        private static final class Endless extends RuntimeException {
            private static final long serialVersionUID = 1;

            Endless(String why) {
                super(why, null, false, false);
            }
        }

        @Override
        public void searchEntryReturned(SearchResultEntry entry) {
            for (Attribute attribute : entry.getAttributes()) {
                for (byte[] value : attribute.getValueByteArrays()) {
                    octets += value.length;
                }
            }
            if (all.size() == most || octets > BoundedSockets.ANSWER_OCTETS_MAX) {
                throw new Endless("more entries than were asked for, or larger ones than fit");
            }
            all.add(entry);
        }

        @Override
        public void searchReferenceReturned(SearchResultReference reference) {
            // is not followed: another directory is another table
        }
    }

    private static List<String> values(Entry entry, String attribute) {
        String @Nullable [] values = entry.getAttributeValues(attribute);
        return values == null ? List.of() : List.of(values);
    }

    private static Unavailable unavailable(LDAPException failed) {
        ResultCode code = failed.getResultCode();
        boolean silent =
                code.equals(ResultCode.TIMEOUT)
                        || code.equals(ResultCode.CONNECT_ERROR)
                                && (text(failed) + failed.getMessage())
                                        .matches("(?s).*time(d |)out.*");
        return new Unavailable(text(failed), silent);
    }

    private static String text(LDAPException failed) {
        String diagnostic = failed.getDiagnosticMessage();
        String message = diagnostic == null ? String.valueOf(failed.getMessage()) : diagnostic;
        String line = ofCause(failed, message).strip().replace('\n', ' ');
        String name = failed.getResultCode().getName();
        return line.contains(name) ? line : name + ": " + line;
    }

    /** What began it: the library wraps that in sentences of its own. */
    private static String ofCause(LDAPException failed, String message) {
        @Nullable Throwable deepest = failed.getCause();
        while (deepest != null && deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        String said = deepest == null ? null : deepest.getMessage();
        return said == null || said.isEmpty() ? message : said;
    }

    @Override
    public boolean waits() {
        return true;
    }
}

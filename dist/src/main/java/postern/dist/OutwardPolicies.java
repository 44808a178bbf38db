package postern.dist;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import postern.base.Endpoint;
import postern.base.World;
import postern.config.Settings;
import postern.dns.Resolver;
import postern.http.HttpsClient;
import postern.oauth.AccessTokens;
import postern.oauth.OAuthConfig;
import postern.smtp.BearerTokens;
import postern.smtp.SmtpConfig;
import postern.smtp.tls.Published;
import postern.smtp.tls.StsConfig;
import postern.smtp.tls.TlsMeans;
import postern.smtp.tls.TlsResults;
import postern.sts.Policies;
import postern.table.Table;
import postern.tls.AuthorityFiles;
import postern.tls.Credential;
import postern.tlsrpt.TlsReportConfig;
import postern.tlsrpt.TlsReports;

/**
 * What the domain that delivers to other hosts has to do with policies that domains publish: sts(8)
 * and tlsrpt(8), joined to smtp(8); and with oauth(8), which asks by HTTPS too.
 */
final class OutwardPolicies {
    private static final String POLICIES = "sts";
    private static final String REPORTS = "tlsrpt";
    private static final String TOKENS = "oauth";

    private final @Nullable Policies policies;
    private final @Nullable TlsReports reports;
    private final Published published;
    private final TlsResults results;

    private OutwardPolicies(
            World world,
            @Nullable Policies policies,
            @Nullable TlsReports reports,
            String authorities) {
        this.policies = policies;
        this.reports = reports;
        this.results = reports == null ? TlsResults.UNHEARD : new ReportedResults(reports);
        this.published =
                policies == null
                        ? Published.NOTHING
                        : new StsPublished(world.clock(), policies, results, authorities);
    }

    /**
     * @throws IOException our folder cannot be used
     */
    static OutwardPolicies open(World world, Site site, Settings settings, Resolver resolver)
            throws IOException {
        return open(world, site, settings, resolver, site.out(), TlsReportConfig.read(settings));
    }

    /** For whoever only wants to know: policies alone, kept in a folder of the caller's. */
    static OutwardPolicies looking(
            World world, Site site, Settings settings, Resolver resolver, Path folder)
            throws IOException {
        return open(world, site, settings, resolver, folder, Optional.empty());
    }

    private static OutwardPolicies open(
            World world,
            Site site,
            Settings settings,
            Resolver resolver,
            Path folder,
            Optional<TlsReportConfig> reporting)
            throws IOException {
        boolean asking = StsConfig.on(settings.section(SmtpConfig.SECTION));
        if (!asking && reporting.isEmpty()) {
            return new OutwardPolicies(world, null, null, "");
        }
        String authorities = authorities(site, settings);
        HttpsClient client = client(world, authorities, resolver);
        Policies policies =
                asking ? new Policies(world, resolver, client, folder.resolve(POLICIES)) : null;
        TlsReports reports =
                reporting.isEmpty()
                        ? null
                        : new TlsReports(
                                world,
                                reporting.get(),
                                site.hostname(),
                                resolver,
                                client,
                                new TlsReports.Places(
                                        folder.resolve(REPORTS),
                                        new Endpoint.Local(site.submission())));
        return new OutwardPolicies(world, policies, reports, authorities);
    }

    /** The file of those who vouch for hosts; empty: the system's. */
    private static String authorities(Site site, Settings settings) {
        List<Path> files = SmtpConfig.read(settings, site.hostname()).tls().authorities();
        return files.isEmpty() ? "" : files.getFirst().toString();
    }

    private static HttpsClient client(World world, String authorities, Resolver resolver) {
        var known = new AuthorityFiles(world.disk(), world.clock());
        return new HttpsClient(world, resolver, () -> known.of(authorities));
    }

    /** Where access tokens come from that are shown to hosts. */
    static BearerTokens tokens(World world, Site site, Settings settings, Resolver resolver) {
        List<OAuthConfig> sources = OAuthConfig.read(settings);
        if (sources.isEmpty()) {
            return BearerTokens.NONE;
        }
        HttpsClient client = client(world, authorities(site, settings), resolver);
        Path folder = site.out().resolve(TOKENS);
        return new OutwardTokens(new AccessTokens(world, client, sources, folder));
    }

    /**
     * @param tables of a transport
     * @param credentials that it shows
     */
    TlsMeans means(List<Table> tables, List<Credential> credentials) {
        return new TlsMeans(tables, credentials, published, results);
    }

    void start() {
        if (policies != null) {
            policies.tend();
        }
        if (reports != null) {
            reports.start();
        }
    }

    /** Writes down what only memory holds, then runs {@code ended}. Does not wait. */
    void save(Runnable ended) {
        if (reports == null) {
            ended.run();
        } else {
            reports.save(ended);
        }
    }
}

package postern.dist;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import postern.base.World;
import postern.base.system.SystemWorld;
import postern.command.AddressTools;
import postern.command.TlsTools;
import postern.config.Settings;
import postern.dns.DnsResolver;
import postern.dns.NextHop;
import postern.dns.Resolver;
import postern.mail.AddressParser;
import postern.mail.Terms.Protection;
import postern.smtp.DnsConfig;
import postern.smtp.SmtpConfig;
import postern.smtp.TlsCheck;
import postern.smtp.Transports;
import postern.table.Tables;
import postern.tls.Credential;

/** The way out, walked by who types a command: with their rights, and nothing is kept. */
final class TlsQuestions implements TlsTools {
    private final World world = SystemWorld.create((_, _) -> {});

    @Override
    public List<Way> check(
            Settings settings, String domain, Optional<String> transport, boolean required)
            throws IOException {
        Site site = Site.read(settings, Commands.machineName());
        Map<String, SmtpConfig> transports = Transports.read(settings, site.hostname());
        String name = transport.orElse(Transports.SMTP);
        SmtpConfig config = transports.get(name);
        if (config == null) {
            throw new IllegalArgumentException(
                    "there is no transport \"" + name + "\": " + transports.keySet());
        }
        for (String hop : NextHop.each(domain)) {
            if (NextHop.parse(hop).isEmpty()) {
                throw new IllegalArgumentException("\"" + hop + "\" is no domain or next hop");
            }
        }
        Resolver resolver = new DnsResolver(world, DnsConfig.read(settings).settings(world));
        Tables tables = OutDomain.tables(world, site, settings);
        Path scratch = Files.createTempDirectory("postern-tls");
        try {
            var promises = OutwardPolicies.looking(world, site, settings, resolver, scratch);
            var check =
                    new TlsCheck(
                            world,
                            config,
                            resolver,
                            promises.means(
                                    tables.get(config.tls().tables()), shown(settings, name)));
            String elsewhere = transport.isPresent() ? "" : elsewhere(settings, domain);
            return check
                    .check(domain, required ? Protection.REQUIRED : Protection.UNSTATED)
                    .stream()
                    .map(report -> way(report, elsewhere))
                    .toList();
        } finally {
            remove(scratch);
        }
    }

    /** Nothing where this user may not read the key. */
    private List<Credential> shown(Settings settings, String transport) {
        try {
            Credential own =
                    Certificates.outward(
                                    Certificates.part(
                                            new Certificates(world.disk(), settings).secretText(),
                                            Powers.OUT))
                            .get(transport);
            return own == null ? List.of() : List.of(own);
        } catch (IOException unreadable) {
            return List.of();
        }
    }

    private static void remove(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path each : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }

    /** Where the site's own routing takes mail to a bare domain, if not by its MX. */
    private static String elsewhere(Settings settings, String domain) {
        String address = "postmaster@" + domain;
        if (domain.indexOf('[') >= 0
                || !(AddressParser.mailbox(address) instanceof AddressParser.Parsed.Address)) {
            return "";
        }
        List<AddressTools.Destination> destinations;
        try {
            destinations =
                    new AddressQuestions()
                            .explain(settings, address, Optional.empty())
                            .destinations();
        } catch (IOException unreadable) { // by this user: then nobody can say
            return "";
        }
        for (AddressTools.Destination each : destinations) {
            boolean usual =
                    each.transport().equals(Transports.SMTP)
                            && each.nextHop().equalsIgnoreCase(domain);
            if (!each.transport().isEmpty() && !usual) {
                AddressTools.Step last = each.steps().getLast();
                return each.recipient()
                        + " goes to "
                        + (each.nextHop().isEmpty() ? "" : each.nextHop() + " by ")
                        + "transport "
                        + each.transport()
                        + " ("
                        + last.rule()
                        + ", "
                        + last.origin()
                        + ")";
            }
        }
        return "";
    }

    private static Way way(TlsCheck.Report report, String elsewhere) {
        return new Way(
                report.nextHop(),
                elsewhere,
                report.validation(),
                report.problem(),
                report.forGood(),
                report.hosts().stream().map(TlsQuestions::host).toList());
    }

    private static Host host(TlsCheck.Host host) {
        TlsCheck.Met met = host.met();
        return new Host(
                host.relay(),
                host.proofs(),
                host.published(),
                host.policy(),
                new Connected(
                        met.protocol(),
                        met.cipher(),
                        met.certificates(),
                        met.verified(),
                        met.judgement(),
                        met.result(),
                        met.goes(),
                        met.forGood(),
                        met.conclusion()));
    }
}

package postern.smtp;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import postern.base.Endpoint;
import postern.base.World;
import postern.config.Key;
import postern.config.Settings;
import postern.dns.DnsSettings;
import postern.dns.DnsSettings.Families;
import postern.dns.DnsSettings.Trust;
import postern.dns.ResolvConf;

/**
 * Which name service all transports ask.
 *
 * @param servers whom to ask; empty: those of resolv.conf(5)
 * @param families addresses of hosts that are of use
 * @param trust whose word on DNSSEC counts
 * @param probe what shows that a server validates
 */
public record DnsConfig(
        List<InetSocketAddress> servers, Families families, Trust trust, String probe) {

    static final Key<Families> IP =
            Key.choice(
                    "ip",
                    Families.ANY,
                    List.of(Families.values()),
                    "Which addresses of hosts are of use here.",
                    SmtpConfig.SINCE);

    static final Key<List<Endpoint>> SERVERS =
            Key.endpoints(
                    "dns_servers",
                    List.of(),
                    "Recursive name servers, ADDRESS:PORT. Empty: those of resolv.conf(5).",
                    SmtpConfig.SINCE);

    static final Key<Trust> TRUST =
            Key.choice(
                    "dns_trust",
                    Trust.LOOPBACK,
                    List.of(Trust.values()),
                    "Which name servers are believed when they say that DNSSEC proves an answer:"
                            + " loopback those on this machine, all every one of dns_servers, none"
                            + " nobody.",
                    SmtpConfig.SINCE);

    static final Key<String> PROBE =
            Key.text(
                    "dns_probe",
                    DnsSettings.PROBE,
                    "A signed name whose SOA record shows whether a trusted name server validates"
                            + " (Postfix: dnssec_probe).",
                    SmtpConfig.SINCE);

    static final List<Key<?>> KEYS = List.of(IP, SERVERS, TRUST, PROBE);

    public DnsConfig {
        servers = List.copyOf(servers);
    }

    public static DnsConfig read(Settings settings) {
        Settings.Group group = settings.section(SmtpConfig.SECTION);
        List<InetSocketAddress> servers = new ArrayList<>();
        for (Endpoint endpoint : group.get(SERVERS)) {
            if (endpoint instanceof Endpoint.Tcp(InetAddress address, int port)) {
                servers.add(new InetSocketAddress(address, port));
            }
        }
        return new DnsConfig(servers, group.get(IP), group.get(TRUST), group.get(PROBE));
    }

    /** With the servers of this machine where none are named. */
    public DnsSettings settings(World world) {
        return new DnsSettings(
                servers.isEmpty() ? ResolvConf.servers(world.disk()) : servers,
                DnsSettings.TIMEOUT,
                DnsSettings.ROUNDS,
                families,
                trust,
                probe);
    }
}

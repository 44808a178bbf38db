package postern.smtpd;

import org.jspecify.annotations.Nullable;
import postern.dns.Resolver;
import postern.smtpd.access.Rules;
import postern.smtpd.triage.AddressLists;
import postern.smtpd.triage.KnownClients;
import postern.smtpd.triage.TriageConfig;
import postern.tls.ServerTls;

/**
 * What decides whom we talk with and for how long, beside the configuration of smtpd itself.
 *
 * @param names asked for the names of clients and the domains of senders
 * @param lists what others say of clients
 * @param known clients that were found to be good
 * @param tls null where there is no certificate
 * @param logins how clients may say who they are
 */
public record Policy(
        Rules rules,
        Resolver names,
        AddressLists lists,
        Meter meter,
        TriageConfig triage,
        KnownClients known,
        Limits limits,
        @Nullable ServerTls tls,
        Logins logins) {}

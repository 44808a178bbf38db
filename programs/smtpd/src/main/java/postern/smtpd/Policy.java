package postern.smtpd;

import postern.dns.Resolver;
import postern.smtpd.access.Rules;
import postern.smtpd.triage.AddressLists;

/**
 * What decides whom we talk with, beside the configuration of smtpd itself.
 *
 * @param names asked for the names of clients and the domains of senders
 * @param lists what others say of clients
 */
public record Policy(Rules rules, Resolver names, AddressLists lists, Meter meter) {}

package postern.smtp;

import postern.base.World;
import postern.dns.HostPlanner;
import postern.mail.ContentStore;
import postern.smtp.tls.TlsPolicy;

/** What every attempt of one transport works with. */
record Means(
        World world,
        SmtpConfig config,
        HostPlanner planner,
        TlsPolicy.Source policies,
        Keyring keyring,
        Dialer dialer,
        ConnectionCache cache,
        ContentStore store,
        Quirks quirks,
        Lines lines) {}

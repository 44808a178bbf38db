package postern.dist;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import postern.anvil.AnvilConfig;
import postern.auth.AuthConfig;
import postern.auth.TokenConfig;
import postern.bounce.BounceConfig;
import postern.config.Configuration;
import postern.config.Problem;
import postern.config.Section;
import postern.config.Settings;
import postern.local.LocalConfig;
import postern.lookup.LookupConfig;
import postern.lookup.Passwords;
import postern.oauth.OAuthConfig;
import postern.pipe.PipeConfig;
import postern.qmgr.QmgrConfig;
import postern.qmqpd.QmqpdConfig;
import postern.rewrite.AddressingConfig;
import postern.rewrite.RewriteConfig;
import postern.rewrite.RoutingConfig;
import postern.smtp.SmtpConfig;
import postern.smtp.Transports;
import postern.smtpd.CertificateConfig;
import postern.smtpd.Limits;
import postern.smtpd.LoginConfig;
import postern.smtpd.SmtpdConfig;
import postern.smtpd.access.RuleConfig;
import postern.smtpd.triage.AddressList;
import postern.smtpd.triage.TriageConfig;
import postern.table.TableConfig;
import postern.tlsrpt.TlsReportConfig;
import postern.virtual.VirtualConfig;

/** Every section of postern.toml, in the order of the reference. */
public final class Sections {
    private Sections() {}

    /** What shows only when values are seen together. */
    public static final List<Configuration.Check> CHECKS =
            List.of(
                    RuleConfig::check,
                    AddressList::check,
                    TriageConfig::check,
                    LoginConfig::check,
                    RewriteConfig::check,
                    AddressingConfig::check,
                    TableUses.check(),
                    AuthConfig::check,
                    Transports::check,
                    OAuthConfig::check,
                    settings -> OAuthConfig.unread(settings, TableUses.disk()),
                    Sections::entries,
                    TlsReportConfig::check,
                    PipeConfig::check,
                    LookupConfig::check,
                    settings -> LookupConfig.passwords(settings, Passwords.files(TableUses.disk())),
                    settings -> LookupConfig.files(settings, TableUses.disk()));

    private static List<Problem> entries(Settings settings) {
        Set<String> sources =
                settings.each(OAuthConfig.SECTION).stream()
                        .map(Settings.Group::name)
                        .collect(Collectors.toSet());
        return Transports.entries(settings, sources, TableUses.disk());
    }

    public static final List<Section> ALL =
            List.of(
                    Site.SECTION,
                    RewriteConfig.SECTION,
                    RoutingConfig.SECTION,
                    AddressingConfig.SECTION,
                    TableConfig.SECTION,
                    LookupConfig.SECTION,
                    SmtpdConfig.LISTENERS,
                    SmtpdConfig.SECTION,
                    Limits.SECTION,
                    AnvilConfig.SECTION,
                    TriageConfig.SECTION,
                    AuthConfig.SECTION,
                    TokenConfig.SECTION,
                    LoginConfig.SECTION,
                    RuleConfig.SECTION,
                    AddressList.SECTION,
                    CertificateConfig.SECTION,
                    QmqpdConfig.SECTION,
                    QmgrConfig.SECTION,
                    QmgrConfig.TRANSPORTS,
                    QmgrConfig.DESTINATIONS,
                    BounceConfig.SECTION,
                    SmtpConfig.SECTION,
                    Transports.SECTION,
                    OAuthConfig.SECTION,
                    TlsReportConfig.SECTION,
                    LocalConfig.SECTION,
                    VirtualConfig.SECTION,
                    PipeConfig.SECTION,
                    ServiceConfig.SECTION);
}

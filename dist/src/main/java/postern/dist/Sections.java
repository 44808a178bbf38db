package postern.dist;

import java.util.List;
import postern.bounce.BounceConfig;
import postern.config.Configuration;
import postern.config.Section;
import postern.local.LocalConfig;
import postern.qmgr.QmgrConfig;
import postern.rewrite.RewriteConfig;
import postern.smtp.SmtpConfig;
import postern.smtpd.SmtpdConfig;
import postern.smtpd.access.RuleConfig;
import postern.smtpd.triage.AddressList;

/** Every section of postern.toml, in the order of the reference. */
public final class Sections {
    private Sections() {}

    /** What shows only when values are seen together. */
    public static final List<Configuration.Check> CHECKS = List.of(RuleConfig::check);

    public static final List<Section> ALL =
            List.of(
                    Site.SECTION,
                    RewriteConfig.SECTION,
                    SmtpdConfig.LISTENERS,
                    SmtpdConfig.SECTION,
                    RuleConfig.SECTION,
                    AddressList.SECTION,
                    QmgrConfig.SECTION,
                    BounceConfig.SECTION,
                    SmtpConfig.SECTION,
                    LocalConfig.SECTION,
                    ServiceConfig.SECTION);
}

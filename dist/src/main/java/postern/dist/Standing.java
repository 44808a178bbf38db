package postern.dist;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import postern.base.Bug;
import postern.config.Settings;
import postern.local.LocalConfig;
import postern.pipe.PipeConfig;
import postern.virtual.VirtualConfig;

/**
 * What the powers of the domains local and auth hang on besides their kind. Known before their
 * first instruction, since their sandbox is: it travels as an argument.
 *
 * @param root whether master is root, so that local acts for many users
 * @param files whether mail goes to files that are not in a folder of local's own
 * @param programs whether commands may be run
 * @param network whether those commands may use the network
 * @param issuer whether the issuer of tokens is asked, by auth
 */
record Standing(boolean root, boolean files, boolean programs, boolean network, boolean issuer) {

    private enum Part {
        ROOT,
        USER,
        FILES,
        PROGRAMS,
        NETWORK,
        ISSUER;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What the configuration makes necessary. */
    static Standing of(Settings settings, Site site, boolean root) {
        LocalConfig local = LocalConfig.read(settings, site.hostname(), site.state());
        boolean programs = local.runsPrograms() || !PipeConfig.all(settings).isEmpty();
        boolean files = local.entersHomes() || VirtualConfig.read(settings).used();
        return new Standing(
                root,
                files,
                programs,
                programs && local.programs().network(),
                !AuthDomain.ports(settings).isEmpty());
    }

    /** Whether the files of others than local itself are open to it, as far as its user may. */
    boolean everywhere() {
        return root || files || programs;
    }

    /** As an argument: {@code root+programs}. */
    String text() {
        return (root ? Part.ROOT : Part.USER).word()
                + (files ? "+" + Part.FILES.word() : "")
                + (programs ? "+" + Part.PROGRAMS.word() : "")
                + (network ? "+" + Part.NETWORK.word() : "")
                + (issuer ? "+" + Part.ISSUER.word() : "");
    }

    static Standing parse(String text) {
        List<String> words = Arrays.asList(text.split("\\+", -1));
        for (String word : words) {
            Bug.unless(
                    Arrays.stream(Part.values()).anyMatch(part -> part.word().equals(word)),
                    "a child is told its standing: " + text);
        }
        return new Standing(
                words.contains(Part.ROOT.word()),
                words.contains(Part.FILES.word()),
                words.contains(Part.PROGRAMS.word()),
                words.contains(Part.NETWORK.word()),
                words.contains(Part.ISSUER.word()));
    }
}

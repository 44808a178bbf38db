package postern.smtp;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import postern.base.Disk;
import postern.config.Key;
import postern.config.Problem;
import postern.config.Section;
import postern.config.Settings;
import postern.smtp.tls.TlsConfig;
import postern.smtp.tls.TlsLevel;
import postern.table.Table;
import postern.table.TableConfig;
import postern.table.TableEntries;

/** The transports of smtp(8): {@code smtp} itself, and those that the operator names. */
public final class Transports {
    /** {@code [smtp]}, which is always there. */
    public static final String SMTP = "smtp";

    /** Names of agents that are not ours. */
    private static final List<String> TAKEN = List.of(SMTP, "local");

    private static final Key<SmtpConfig.Kind> KIND =
            Key.choice(
                    "kind",
                    SmtpConfig.Kind.SMTP,
                    List.of(SmtpConfig.Kind.values()),
                    "What is spoken: smtp to other hosts, or lmtp (RFC 2033) to a mail store, by TCP or"
                            + " over a Unix socket; lmtp asks for no MX records.",
                    SmtpConfig.SINCE);

    public static final Section SECTION =
            Section.named(
                    "transport",
                    "A way out of its own, which routes name: what it does not state is as in [smtp].",
                    keys());

    /** The keys by which they ask tables. */
    public static final List<TableConfig.Use> TABLES =
            List.of(
                    TableConfig.Use.of(SmtpConfig.SECTION, TlsConfig.POLICY),
                    TableConfig.Use.of(SECTION, TlsConfig.POLICY),
                    TableConfig.Use.of(SmtpConfig.SECTION, SaslMeans.TABLES),
                    TableConfig.Use.of(SECTION, SaslMeans.TABLES));

    private Transports() {}

    private static List<Key<?>> keys() {
        List<Key<?>> keys = new ArrayList<>();
        keys.add(KIND);
        keys.addAll(SmtpKeys.OF_A_TRANSPORT);
        return keys;
    }

    /** All of them by name, {@code smtp} first. */
    public static Map<String, SmtpConfig> read(Settings settings, String hostname) {
        Map<String, SmtpConfig> all = new LinkedHashMap<>();
        all.put(SMTP, SmtpConfig.read(settings, hostname));
        Settings.Group common = settings.section(SmtpConfig.SECTION);
        for (Settings.Group group : settings.each(SECTION)) {
            all.put(
                    group.name(),
                    SmtpConfig.read(new SmtpKeys.Reader(group, common), group.get(KIND), hostname));
        }
        return all;
    }

    /**
     * How each of them says who we are, by name.
     *
     * @param tables opens tables by their names
     * @param secrets for nonces; must not be guessed
     * @param tokens where access tokens come from
     */
    public static Map<String, SaslMeans> sasl(
            Settings settings,
            Function<List<String>, List<Table>> tables,
            Supplier<RandomGenerator> secrets,
            BearerTokens tokens) {
        Map<String, SaslMeans> all = new LinkedHashMap<>();
        Settings.Group common = settings.section(SmtpConfig.SECTION);
        all.put(SMTP, SaslMeans.read(SmtpKeys.Reader.of(common), tables::apply, secrets, tokens));
        for (Settings.Group group : settings.each(SECTION)) {
            var keys = new SmtpKeys.Reader(group, common);
            all.put(group.name(), SaslMeans.read(keys, tables::apply, secrets, tokens));
        }
        return all;
    }

    /** Files of authorities' certificates that they may have to read. */
    public static Set<Path> authorities(Settings settings) {
        Set<Path> files = new LinkedHashSet<>();
        read(settings, "").values().forEach(config -> files.addAll(config.tls().files()));
        return files;
    }

    /**
     * A certificate that a transport shows to hosts.
     *
     * @param transport its name
     * @param group where the configuration says so, for problems
     */
    public record Shown(String transport, Path chain, Path key, Settings.Group group) {}

    /** Those of all transports that have one. */
    public static List<Shown> certificates(Settings settings) {
        List<Shown> all = new ArrayList<>();
        Settings.Group common = settings.section(SmtpConfig.SECTION);
        shown(SMTP, common, common).ifPresent(all::add);
        for (Settings.Group group : settings.each(SECTION)) {
            shown(group.name(), group, common).ifPresent(all::add);
        }
        return all;
    }

    private static Optional<Shown> shown(String name, Settings.Group own, Settings.Group common) {
        Settings.Group says = own.stated(TlsConfig.CERTIFICATE) ? own : common;
        return says.get(TlsConfig.CERTIFICATE)
                .map(
                        chain ->
                                new Shown(
                                        name,
                                        chain,
                                        says.get(TlsConfig.CERTIFICATE_KEY).orElse(chain),
                                        says));
    }

    /** Files of authorities that the operator names, and where. */
    public static Map<Path, Settings.Group> namedAuthorities(Settings settings) {
        Map<Path, Settings.Group> files = new LinkedHashMap<>();
        List<Settings.Group> groups = new ArrayList<>(settings.each(SECTION));
        groups.addFirst(settings.section(SmtpConfig.SECTION));
        for (Settings.Group group : groups) {
            group.get(TlsConfig.AUTHORITIES).forEach(file -> files.putIfAbsent(file, group));
        }
        return files;
    }

    /** What shows only when values are seen together. */
    public static List<Problem> check(Settings settings) {
        List<Problem> problems = new ArrayList<>();
        Settings.Group common = settings.section(SmtpConfig.SECTION);
        problems.addAll(tls(common, common));
        for (Settings.Group group : settings.each(SECTION)) {
            problems.addAll(tls(group, common));
            if (TAKEN.contains(group.name())) {
                problems.add(
                        group.problem(
                                "[transport." + group.name() + "] is a transport already",
                                group.name().equals(SMTP)
                                        ? "write its keys into [smtp]"
                                        : "choose another name"));
            }
        }
        return problems.stream().distinct().toList(); // transports share tables
    }

    private static List<Problem> tls(Settings.Group own, Settings.Group common) {
        List<Problem> problems = new ArrayList<>();
        var keys = new SmtpKeys.Reader(own, common);
        TlsConfig config = TlsConfig.read(keys);
        if (config.wrapper() && config.level() == TlsLevel.NONE) {
            problems.add(
                    own.problem(
                            TlsConfig.WRAPPER,
                            "\"tls_wrapper\" wants TLS, which tls = \"none\" forbids",
                            "write tls = \"encrypt\", or what more is wanted"));
        }
        if (config.level() == TlsLevel.FINGERPRINT && config.fingerprints().isEmpty()) {
            problems.add(
                    own.problem(
                            TlsConfig.LEVEL,
                            "tls = \"fingerprint\" without tls_fingerprints: no mail would go",
                            "write tls_fingerprints"));
        }
        boolean implicit = // RFC 8314 §5.1
                keys.get(SmtpKeys.SRV).stream()
                        .anyMatch(label -> label.startsWith("_submissions."));
        if (implicit && !config.wrapper()) {
            problems.add(
                    own.problem(
                            SmtpKeys.SRV,
                            "hosts of _submissions want TLS before the greeting",
                            "write tls_wrapper = true"));
        }
        return problems;
    }

    /**
     * What is wrong with the answers of their tables, as far as tables can be read here.
     *
     * @param sources of access tokens, by their names
     */
    public static List<Problem> entries(Settings settings, Set<String> sources, Disk disk) {
        List<Problem> problems = new ArrayList<>();
        Settings.Group common = settings.section(SmtpConfig.SECTION);
        List<Settings.Group> groups = new ArrayList<>(settings.each(SECTION));
        groups.addFirst(common);
        for (Settings.Group group : groups) {
            var keys = new SmtpKeys.Reader(group, common);
            TlsConfig tls = TlsConfig.read(keys);
            problems.addAll(
                    TableEntries.problems(
                            TableEntries.of(settings, tls.tables(), disk),
                            value -> tls.flaw(value).map(why -> "has no TLS policy: " + why),
                            "write a level and its attributes"));
            problems.addAll(
                    TableEntries.problems(
                            TableEntries.of(settings, keys.get(SaslMeans.TABLES), disk),
                            value -> unknownSource(value, sources),
                            "write [oauth.NAME], or name one that is there"));
        }
        return problems.stream().distinct().toList(); // transports share tables
    }

    /** Of credentials; tells no secret. */
    private static Optional<String> unknownSource(String credentials, Set<String> sources) {
        Credentials parsed = Credentials.parse(credentials);
        return parsed.fetched() && !sources.contains(parsed.source())
                ? Optional.of("has a token of [oauth." + parsed.source() + "], which is not there")
                : Optional.empty();
    }
}

package postern.dist;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import postern.base.Disk;
import postern.base.Endpoint;
import postern.base.Users;
import postern.base.World;
import postern.base.system.SystemWorld;
import postern.config.Configuration;
import postern.config.Settings;
import postern.oauth.OAuthConfig;
import postern.rewrite.AddressingConfig;
import postern.rewrite.RewriteConfig;
import postern.rewrite.RoutingConfig;
import postern.smtp.Transports;
import postern.smtpd.LoginConfig;
import postern.table.RemoteTables;
import postern.table.TableCheck;
import postern.table.TableConfig;
import postern.table.Tables;
import postern.virtual.VirtualConfig;

/** Which domain asks which tables: from the configuration, and so are the files it may read. */
final class TableUses {
    /** Folders that hold far more than tables: of these a domain sees the one file alone. */
    private static final Set<Path> WIDE =
            Set.of(
                    Path.of("/"),
                    Path.of("/etc"),
                    Path.of("/etc/postern"),
                    Path.of("/etc/ssl"),
                    Path.of("/home"),
                    Path.of("/root"),
                    Path.of("/tmp"),
                    Path.of("/usr"),
                    Path.of("/var"),
                    Path.of("/var/lib"));

    private TableUses() {}

    /** The keys by which a domain asks tables. */
    static List<TableConfig.Use> of(Powers powers) {
        return switch (powers) {
            case QUEUE -> joined(RewriteConfig.USES, RoutingConfig.USES, AddressingConfig.USES);
            case OUT -> joined(AddressingConfig.GENERIC_USES, Transports.TABLES);
            case LOCAL -> VirtualConfig.TABLES;
            case FRONT -> LoginConfig.USES;
            case LOOKUP, AUTH -> List.of();
        };
    }

    private static List<TableConfig.Use> all() {
        List<TableConfig.Use> all = new ArrayList<>();
        for (Powers powers : Powers.values()) {
            all.addAll(of(powers));
        }
        return all;
    }

    @SafeVarargs
    private static List<TableConfig.Use> joined(List<TableConfig.Use>... lists) {
        List<TableConfig.Use> all = new ArrayList<>();
        for (List<TableConfig.Use> list : lists) {
            all.addAll(list);
        }
        return all;
    }

    static Configuration.Check check() {
        return TableCheck.of(all(), TableUses::disk);
    }

    static Disk disk() {
        return SystemWorld.create((_, _) -> {}).disk();
    }

    /** The tables themselves, for a domain that was given their files and its socket of lookup. */
    static Tables open(World world, Settings settings, Users users, Site site, Powers powers) {
        Endpoint lookup = Listeners.endpoint(site, settings, Listeners.lookup(powers));
        return open(world, settings, users, new RemoteTables(world, lookup));
    }

    /** The tables themselves. */
    static Tables open(World world, Settings settings, Users users, Tables.Remote remote) {
        return new Tables(world, settings, users, variables(settings), remote);
    }

    /** The tables of other machines that the domain asks. */
    static List<TableConfig> remote(Powers powers, Settings settings) {
        return Tables.remote(settings, Tables.used(settings, of(powers)));
    }

    /** The domains that ask tables of other machines. */
    static List<Powers> asking(Settings settings) {
        return Stream.of(Powers.values())
                .filter(powers -> !remote(powers, settings).isEmpty())
                .toList();
    }

    private static Map<String, String> variables(Settings settings) {
        Map<String, String> values = new HashMap<>();
        Set<String> tables = new LinkedHashSet<>(); // also one that nobody but a person asks
        TableConfig.all(settings).forEach(config -> tables.add(config.name()));
        for (String name : Tables.variables(settings, tables)) {
            String value = System.getenv(name);
            if (value != null) {
                values.put(name, value);
            }
        }
        return values;
    }

    /** Variables of our own environment that the domain's tables answer with. */
    static Map<String, String> environment(Powers powers, Settings settings) {
        Set<String> wanted = Tables.variables(settings, Tables.used(settings, of(powers)));
        Map<String, String> values = new HashMap<>(System.getenv());
        values.keySet().retainAll(wanted);
        return values;
    }

    /**
     * What the domain may read, tables, aliases, certificates of authorities, secrets: each file,
     * and its folder, so that a new file may take the old one's name; but no folder that holds
     * other things than tables.
     */
    static Set<Path> readable(Powers powers, Settings settings) {
        Set<Path> paths = new LinkedHashSet<>();
        if (powers == Powers.QUEUE || powers == Powers.LOCAL) {
            paths.add(settings.get(RewriteConfig.SECTION, RewriteConfig.ALIASES));
        }
        List<Path> files =
                new ArrayList<>(Tables.files(settings, Tables.used(settings, of(powers))));
        if (powers == Powers.OUT) {
            files.addAll(Transports.authorities(settings));
            OAuthConfig.read(settings).forEach(source -> files.addAll(source.files()));
        }
        if (powers == Powers.AUTH) {
            files.addAll(AuthDomain.files(settings));
        }
        if (powers == Powers.LOOKUP) {
            files.addAll(LookupDomain.files(settings));
        }
        for (Path file : files) {
            paths.add(file);
            Path folder = file.toAbsolutePath().normalize().getParent();
            if (folder != null && !wide(file)) {
                paths.add(folder);
            }
        }
        return paths;
    }

    /** Whether the file's folder holds too much to be opened for it. */
    static boolean wide(Path file) {
        Path folder = file.toAbsolutePath().normalize().getParent();
        return folder == null || WIDE.contains(folder);
    }
}

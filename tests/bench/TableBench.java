import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import postern.base.World;
import postern.base.system.SystemWorld;
import postern.config.Configuration;
import postern.config.Settings;
import postern.mail.Mailbox;
import postern.mail.ReversePath;
import postern.rewrite.AddressRewriter;
import postern.rewrite.AddressRouter;
import postern.rewrite.AddressingConfig;
import postern.rewrite.RewriteConfig;
import postern.rewrite.RoutingConfig;
import postern.table.Aliases;
import postern.table.Table;
import postern.table.TableBuilder;
import postern.table.TableConfig;
import postern.table.Tables;

/**
 * Figures of tables and of the routing decision: tests/bench/table.sh runs it. Not part of any
 * build.
 */
public final class TableBench {
    private static final int ENTRIES = 1_000_000;

    public static void main(String[] args) throws Exception {
        Path folder = Files.createTempDirectory("postern-table-bench");
        World world = SystemWorld.create("bench");
        Path text = folder.resolve("users");
        try (var out = Files.newBufferedWriter(text)) {
            for (int i = 0; i < ENTRIES; i++) {
                out.write("user" + i + "@example.org   mailbox" + i + "@store" + i % 50 + ".example.org\n");
            }
        }
        long start = System.nanoTime();
        TableBuilder.Result built = TableBuilder.build(world.disk(), text, TableBuilder.compiled(text));
        tell("build " + built, System.nanoTime() - start, 1);

        Path small = Files.writeString(folder.resolve("small"), small());
        String toml = """
                [domains]
                local = ["home.example"]
                virtual_mailbox = ["example.org"]
                virtual_aliases = ["small"]
                virtual_mailboxes = ["users"]
                [routing]
                transport = ["small"]
                [table.users]
                kind = "compiled"
                path = "users"
                [table.small]
                kind = "file"
                path = "small"
                """;
        List<postern.config.Section> sections = List.of(
                RewriteConfig.SECTION, RoutingConfig.SECTION, AddressingConfig.SECTION, TableConfig.SECTION);
        Settings with = settings(folder, toml, sections);
        Settings without = settings(folder, "[domains]\nlocal = [\"example.org\"]\n", sections);

        for (int round = 0; round < 5; round++) {
            Tables fresh = new Tables(world, with, _ -> Optional.empty(), Map.of());
            start = System.nanoTime();
            Table opened = fresh.get("users");
            tell("open " + opened.getClass().getSimpleName(), System.nanoTime() - start, 1);
        }
        Table table = new Tables(world, with, _ -> Optional.empty(), Map.of()).get("users");
        for (int round = 0; round < 3; round++) {
            lookups(table, "lookups, present", 0);
            lookups(table, "lookups, absent", ENTRIES);
        }
        AddressRouter tables = router(world, with);
        AddressRouter bare = router(world, without);
        for (int round = 0; round < 3; round++) {
            admit(tables, "admit by tables (virtual aliases, compiled mailboxes, transport)");
            admit(bare, "admit without tables");
        }
    }

    private static String small() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 10_000; i++) {
            text.append("alias").append(i).append("@other.example  smtp:[192.0.2.1]\n");
        }
        return text.toString();
    }

    private static Settings settings(Path folder, String toml, List<postern.config.Section> sections) {
        return switch (Configuration.parse(folder.resolve("postern.toml").toString(), toml, sections)) {
            case Configuration.Result.Loaded(Settings settings) -> settings;
            case Configuration.Result.Broken(var problems) -> throw new AssertionError(problems);
        };
    }

    private static AddressRouter router(World world, Settings settings) {
        RewriteConfig domains = RewriteConfig.read(settings, "mx.example.org");
        Tables tables = new Tables(world, settings, _ -> Optional.empty(), Map.of());
        return new AddressRouter(
                domains,
                RoutingConfig.read(settings),
                tables,
                AddressRewriter.of(domains, AddressingConfig.read(settings), tables),
                name -> name.startsWith("user")
                        ? Optional.of(new postern.base.User(name, 1, 1, Path.of("/")))
                        : Optional.empty(),
                Aliases.parse("staff: user1").aliases());
    }

    private static void lookups(Table table, String what, int offset) {
        int count = 2_000_000;
        String[] keys = new String[100_000];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = "user" + (offset + (int) (i * 7919L % ENTRIES)) + "@example.org";
        }
        long start = cpu();
        int found = 0;
        for (int i = 0; i < count; i++) {
            found += table.lookup(keys[i % keys.length]) instanceof Table.Answer.Found ? 1 : 0;
        }
        tell(what + ", " + found + " found", cpu() - start, count);
    }

    private static void admit(AddressRouter router, String what) {
        int count = 500_000;
        Mailbox[] mailboxes = new Mailbox[10_000];
        for (int i = 0; i < mailboxes.length; i++) {
            mailboxes[i] = Mailbox.of("user" + i * 97 % ENTRIES, "example.org");
        }
        var bean = (com.sun.management.ThreadMXBean)
                java.lang.management.ManagementFactory.getThreadMXBean();
        long octets = bean.getCurrentThreadAllocatedBytes();
        long start = cpu();
        int open = 0;
        for (int i = 0; i < count; i++) {
            Mailbox mailbox = mailboxes[i % mailboxes.length];
            open += router.admit(mailbox).hashCode() + router.route(ReversePath.NOBODY, mailbox).hashCode();
        }
        long nanos = cpu() - start;
        octets = bean.getCurrentThreadAllocatedBytes() - octets;
        tell(what + ", then route (" + octets / count + " octets allocated) " + open % 2, nanos, count);
    }

    /** Of this thread: others may be busy on the same core. */
    private static long cpu() {
        return java.lang.management.ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static void tell(String what, long nanos, int count) {
        System.out.printf(
                "%-90s %10.3f ms  %12.0f/s  %8.3f us each%n",
                what, nanos / 1e6, count * 1e9 / nanos, nanos / 1e3 / count);
    }
}

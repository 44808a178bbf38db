package postern.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Who may reach for what, read from the class files: programs and the kernel take clock, disk,
 * network, threads and randomness from the World handed to them; native access is in one module.
 */
class BannedCallsTest {

    /**
     * A name of the platform, as {@code package.Class} or {@code package.Class.member}, and why it
     * is banned.
     */
    private record Ban(Pattern name, String instead) {
        static Ban of(String pattern, String instead) {
            return new Ban(Pattern.compile(pattern), instead);
        }
    }

    /** Names used although banned: which classes, which name, and the reason. */
    private record Waiver(String classes, String name, String reason) {}

    private static final List<Ban> WORLD =
            List.of(
                    Ban.of(
                            "java\\.nio\\.channels\\.(File|Socket|ServerSocket|Datagram|Async).*",
                            "World"),
                    Ban.of("java\\.nio\\.channels\\.(Selector|Pipe).*", "World"),
                    Ban.of(
                            "java\\.net\\.(Socket|ServerSocket|DatagramSocket|MulticastSocket)(\\..*)?",
                            "World.network"),
                    Ban.of(
                            "java\\.net\\.InetAddress\\.(getByName|getAllByName|getLocalHost)",
                            "a resolver, or InetAddress.ofLiteral"),
                    Ban.of("java\\.nio\\.file\\.Files(\\..*)?", "World.disk"),
                    Ban.of(
                            "java\\.io\\.(File(Input|Output)Stream|FileReader|FileWriter|RandomAccessFile)(\\..*)?",
                            "World.disk"),
                    Ban.of(
                            "java\\.lang\\.Thread\\.(start|sleep|ofVirtual|ofPlatform|startVirtualThread|yield|join|<init>).*",
                            "World.tasks"),
                    Ban.of("java\\.lang\\.Thread\\$Builder.*", "World.tasks"),
                    Ban.of("java\\.lang\\.Object\\.(wait|notify|notifyAll)", "Mailbox"),
                    Ban.of(
                            "java\\.util\\.concurrent\\.(Executors|ForkJoinPool|ThreadPoolExecutor|StructuredTaskScope)(\\..*)?",
                            "World.tasks"),
                    Ban.of(
                            "java\\.util\\.concurrent\\.CompletableFuture\\.(get|join|supplyAsync|runAsync)",
                            "Mailbox or Tasks.await"),
                    Ban.of(
                            "java\\.util\\.concurrent\\.(CountDownLatch|Semaphore|CyclicBarrier)\\.(await|acquire)",
                            "Mailbox"),
                    Ban.of("java\\.util\\.concurrent\\..*Queue\\.take", "Mailbox"),
                    Ban.of(
                            "java\\.util\\.concurrent\\.locks\\.(Condition\\.await.*|LockSupport.*)",
                            "Mailbox"),
                    Ban.of(
                            "java\\.time\\.(Instant|LocalDate|LocalDateTime|LocalTime|ZonedDateTime|OffsetDateTime)\\.now",
                            "World.clock"),
                    Ban.of("java\\.time\\.Clock\\.(system|tick).*", "World.clock"),
                    Ban.of("java\\.lang\\.System\\.(currentTimeMillis|nanoTime)", "World.clock"),
                    Ban.of("java\\.lang\\.System\\.(out|err|in)", "World.log"),
                    Ban.of(
                            "java\\.lang\\.System\\.(exit|getenv|getProperty)",
                            "settings handed in"),
                    Ban.of("java\\.lang\\.Runtime\\.(exit|halt|exec)", "settings handed in"),
                    Ban.of("java\\.lang\\.ProcessBuilder.*", "postern.os"),
                    Ban.of("java\\.util\\.(Random|UUID\\.randomUUID)(\\..*)?", "World.random"),
                    Ban.of("java\\.security\\.SecureRandom(\\..*)?", "World.random"),
                    Ban.of("java\\.util\\.concurrent\\.ThreadLocalRandom(\\..*)?", "World.random"),
                    Ban.of("java\\.lang\\.Math\\.random", "World.random"));

    private static final List<Ban> REFLECTION =
            List.of(
                    Ban.of(
                            "java\\.lang\\.reflect\\.(Method|Field|Constructor|Proxy|AccessibleObject)(\\..*)?",
                            "plain calls"),
                    Ban.of(
                            "java\\.lang\\.Class\\.(forName|getMethod.*|getDeclared.*|getField.*)",
                            "plain calls"),
                    Ban.of("java\\.lang\\.ThreadLocal(\\..*)?", "a value passed on"),
                    Ban.of("sun\\..*|jdk\\.internal\\..*", "public API"));

    private static final List<Ban> NATIVE =
            List.of(
                    Ban.of("java\\.lang\\.foreign\\..*", "postern.os"),
                    Ban.of("java\\.lang\\.System\\.load(Library)?", "postern.os"));

    private static final List<Waiver> WAIVERS =
            List.of(
                    new Waiver(
                            "postern.dist.Training",
                            "java.lang.Class.forName",
                            "loads classes so that the AOT cache holds them; wires nothing"),
                    new Waiver(
                            "postern.lookup.BoundedSockets",
                            "java.net.Socket",
                            "a JDBC driver makes its sockets itself, of this kind"));

    @Test
    void theWorldIsHandedIn() {
        assertThat(
                        breaches(
                                WORLD,
                                module -> module.isKernel() || module.isProgram(),
                                owner ->
                                        owner.startsWith("postern.base.system.")
                                                || owner.startsWith("postern.os.")))
                .as("calls that only postern.base.system and postern.os may make")
                .isEmpty();
    }

    @Test
    void nativeAccessIsInOneModule() {
        assertThat(breaches(NATIVE, _ -> true, owner -> owner.startsWith("postern.os.")))
                .as("native access outside postern.os")
                .isEmpty();
    }

    @Test
    void nothingIsWiredByReflection() {
        assertThat(breaches(REFLECTION, _ -> true, _ -> false)).isEmpty();
    }

    @Test
    void waiversAreStillNeeded() {
        List<String> all = new ArrayList<>();
        for (List<Ban> bans : List.of(WORLD, REFLECTION, NATIVE)) {
            all.addAll(uses(bans, _ -> true, _ -> false));
        }
        for (Waiver waiver : WAIVERS) {
            assertThat(all).as(waiver.toString()).anyMatch(use -> covers(waiver, use));
            assertThat(waiver.reason()).isNotBlank();
        }
    }

    private static List<String> breaches(
            List<Ban> bans, Predicate<Tree.Module> modules, Predicate<String> allowed) {
        return uses(bans, modules, allowed).stream()
                .filter(use -> WAIVERS.stream().noneMatch(waiver -> covers(waiver, use)))
                .toList();
    }

    private static boolean covers(Waiver waiver, String use) {
        return use.startsWith(waiver.classes()) && use.contains(" uses " + waiver.name());
    }

    private static List<String> uses(
            List<Ban> bans, Predicate<Tree.Module> modules, Predicate<String> allowed) {
        List<String> found = new ArrayList<>();
        for (Tree.Module module : Tree.modules()) {
            if (!modules.test(module)) {
                continue;
            }
            for (Path file : module.mainClasses()) {
                ClassModel model = read(file);
                String owner = dotted(model.thisClass().asInternalName());
                if (allowed.test(owner)) {
                    continue;
                }
                for (String name : names(model)) {
                    bans.stream()
                            .filter(ban -> ban.name().matcher(name).matches())
                            .map(ban -> owner + " uses " + name + ": take " + ban.instead())
                            .forEach(found::add);
                }
            }
        }
        return found;
    }

    /**
     * Every class and member the class file names: nothing can be called without being in its pool.
     */
    private static TreeSet<String> names(ClassModel model) {
        TreeSet<String> names = new TreeSet<>();
        for (PoolEntry entry : model.constantPool()) {
            switch (entry) {
                case ClassEntry type -> names.add(dotted(type.asInternalName()));
                case MemberRefEntry member ->
                        names.add(
                                dotted(member.owner().asInternalName())
                                        + "."
                                        + member.name().stringValue());
                default -> {} // strings, numbers and descriptors call nothing
            }
        }
        return names;
    }

    private static ClassModel read(Path file) {
        try {
            return ClassFile.of().parse(file);
        } catch (IOException unreadable) {
            throw new AssertionError("cannot read " + file, unreadable);
        }
    }

    private static String dotted(String internalName) {
        return internalName.replace('/', '.');
    }
}

package postern.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;
import postern.base.World;
import postern.base.system.SystemWorld;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Origin;
import postern.mail.QueueId;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.spool.LogSpool;
import postern.spool.Progress;
import postern.spool.SpoolLimits;

/** {@code postern log} on a queue that a real spool wrote, sound and damaged. */
class LogCommandTest {
    /** Longer than a record of the log. */
    private static final int LARGE = 2_500_000;

    @TempDir Path folder;
    private boolean configured = true;
    private Path queue = Path.of("");
    private Path segment = Path.of("");
    private final List<QueueId> ids = new ArrayList<>();
    private final Map<QueueId, byte[]> contents = new TreeMap<>();
    private Console console = new Console("", Map.of());

    @BeforeEach
    void aQueue() throws Exception {
        queue = folder.resolve("state/queue");
        World world = SystemWorld.create((_, _) -> {});
        try (LogSpool spool = new LogSpool(world, queue, SpoolLimits.DEFAULT)) {
            spool.recover(_ -> {});
            for (int octets : new int[] {700, LARGE, 900, 1_100}) {
                ids.add(send(world, spool, octets));
            }
            Progress gone =
                    new Progress(0, Progress.State.DELIVERED, 1, Instant.EPOCH, "2.0.0 \u001b[2J");
            world.tasks().await(spool.record(ids.get(3), List.of(gone)));
            Progress later = new Progress(0, Progress.State.WAITING, 3, Instant.EPOCH, "451 later");
            world.tasks().await(spool.record(ids.get(0), List.of(later)));
        }
        segment = queue.resolve("log/0000000000000001.seg");
    }

    private QueueId send(World world, LogSpool spool, int octets)
            throws IOException, ExecutionException {
        byte[] content =
                ("Subject: " + octets + "\r\n\r\n" + "x".repeat(octets) + "\r\n")
                        .getBytes(StandardCharsets.US_ASCII);
        try (var reception = spool.receive(content.length)) {
            reception.write(content, 0, content.length);
            Recipient bob = Recipient.of(Mailbox.of("bob", "example.net"));
            var committed =
                    reception.commit(
                            ReversePath.of(Mailbox.of("ann", "example.org")),
                            MailOptions.NONE,
                            Origin.OURSELVES,
                            List.of(bob));
            contents.put(reception.id(), content);
            return world.tasks().await(committed).id();
        }
    }

    private int run(String... words) {
        console = new Console("", Map.of());
        ParseResult typed = new CommandLine(Grammar.postern("9.9")).parseArgs(words);
        ParseResult log = typed.subcommand().subcommand();
        return LogCommand.run(console.terminal(), log, log.hasMatchedOption("--json"), this::named)
                .code();
    }

    private Path named() throws IOException {
        if (!configured) {
            throw new IOException("postern.toml: there is no such file");
        }
        return queue;
    }

    /** Inverts bits where that text stands for the first time behind the offset. */
    private void damage(String text) throws IOException {
        byte[] octets = Files.readAllBytes(segment);
        int at = new String(octets, StandardCharsets.ISO_8859_1).indexOf(text);
        assertThat(at).isPositive();
        octets[at] ^= 4;
        Files.write(segment, octets);
    }

    private byte[] content(QueueId id) {
        return contents.getOrDefault(id, new byte[0]);
    }

    @Test
    void aSoundLogIsSound() {
        assertThat(run("log", "verify")).isZero();
        assertThat(console.out())
                .contains("3 queued, 1 finished, 0 incomplete")
                .endsWith(queue + ": sound\n");
        assertThat(run("log", "verify", "--json")).isZero();
        assertThat(console.out()).contains("\"sound\":true", "\"queued\":3");
    }

    @Test
    void everyRecordIsShownAndNoStrangerWritesOnTheTerminal() {
        assertThat(run("log", "dump")).isZero();
        assertThat(console.out().lines().filter(line -> line.contains(" ENVELOPE "))).hasSize(4);
        assertThat(console.out())
                .contains("from=<ann@example.org> to=<bob@example.net>")
                .contains("state=WAITING attempts=3")
                .contains("2.0.0 ?[2J")
                .doesNotContain("\u001b");
        assertThat(run("log", "dump", ids.get(1).text(), "--json")).isZero();
        assertThat(console.out().lines()).hasSize(4).allMatch(l -> l.contains(ids.get(1).text()));
    }

    @Test
    void whatIsQueuedIsWrittenOutWithItsEnvelope() throws IOException {
        Path out = folder.resolve("out");
        assertThat(run("log", "salvage", out.toString())).isZero();
        for (QueueId id : ids.subList(0, 3)) {
            assertThat(Files.readAllBytes(out.resolve(id + ".eml"))).isEqualTo(content(id));
        }
        assertThat(out.resolve(ids.get(3) + ".eml")).doesNotExist();
        assertThat(Files.readString(out.resolve(ids.get(0) + ".json")))
                .contains("\"sender\":\"ann@example.org\"")
                .contains("\"address\":\"bob@example.net\"")
                .contains("\"state\":\"WAITING\",\"attempts\":3")
                .contains("\"detail\":\"451 later\"");
        assertThat(run("log", "salvage", out.toString()))
                .as("nothing is written over")
                .isEqualTo(74);
        Path more = folder.resolve("more");
        assertThat(run("log", "salvage", "--finished", more.toString(), ids.get(3).text()))
                .isZero();
        assertThat(Files.readAllBytes(more.resolve(ids.get(3) + ".eml")))
                .isEqualTo(content(ids.get(3)));
        assertThat(run("log", "salvage", more.toString(), "zzz")).isEqualTo(66);
    }

    @Test
    void damagedContentIsNamedAndTheRestWrittenOut() throws IOException {
        damage("Subject: " + LARGE);
        assertThat(run("log", "verify")).isEqualTo(65);
        String large = ids.get(1).text();
        assertThat(console.out())
                .contains("DAMAGED: ", " of " + large)
                .contains("incomplete: " + large)
                .contains("2 queued, 1 finished, 1 incomplete");
        Path out = folder.resolve("out");
        assertThat(run("log", "salvage", out.toString())).isEqualTo(65);
        byte[] rest = Files.readAllBytes(out.resolve(large + ".partial.eml"));
        byte[] whole = content(ids.get(1));
        assertThat(rest).isEqualTo(Arrays.copyOfRange(whole, 1 << 20, whole.length));
        assertThat(Files.readAllBytes(out.resolve(ids.get(2) + ".eml")))
                .isEqualTo(content(ids.get(2)));
        assertThat(console.out()).contains("2 messages written to", "1 in part");
    }

    @Test
    void contentWhoseEnvelopeIsDamagedIsNotLost() throws IOException {
        String before = new String(Files.readAllBytes(segment), StandardCharsets.ISO_8859_1);
        damage(before.substring(before.indexOf("example.org"), before.indexOf("example.org") + 30));
        Path out = folder.resolve("out");
        assertThat(run("log", "salvage", out.toString())).isEqualTo(65);
        assertThat(Files.readAllBytes(out.resolve(ids.get(0) + ".orphan.eml")))
                .isEqualTo(content(ids.get(0)));
        assertThat(run("log", "dump")).isEqualTo(65);
        assertThat(console.out()).contains("DAMAGED: ");
    }

    @Test
    void aTornEndIsNoDamage() throws IOException {
        byte[] octets = Files.readAllBytes(segment);
        Files.write(segment, Arrays.copyOf(octets, octets.length - 5));
        assertThat(run("log", "verify")).isZero();
        assertThat(console.out()).contains("unfinished end: ", ": sound");
    }

    @Test
    void aQueueInUseIsReadOnlyWhenAskedTo() throws Exception {
        World world = SystemWorld.create((_, _) -> {});
        Process owner = owner();
        try {
            assertThat(run("log", "verify")).isEqualTo(75);
            assertThat(console.err()).contains("running Postern", "postern stop", "--live");
            assertThat(run("log", "verify", "--live")).isZero();
        } finally {
            owner.destroyForcibly().waitFor();
        }
        assertThat(run("log", "verify")).isZero();
        assertThat(world.disk().exists(queue)).isTrue();
    }

    /** Another process that holds the lock: a lock of our own would not hinder us. */
    private Process owner() throws IOException {
        Process owner =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                LockHolder.class.getName(),
                                queue.resolve("lock").toString())
                        .redirectErrorStream(true)
                        .start();
        assertThat(owner.inputReader().readLine()).isEqualTo("held");
        return owner;
    }

    @Test
    void nothingOfTheQueueIsTouched() throws IOException {
        damage("Subject: 700");
        Map<Path, FileTime> before = times();
        run("log", "verify");
        run("log", "dump");
        run("log", "salvage", folder.resolve("out").toString());
        assertThat(times()).isEqualTo(before);
    }

    private Map<Path, FileTime> times() throws IOException {
        Map<Path, FileTime> times = new TreeMap<>();
        try (Stream<Path> all = Files.walk(queue)) {
            for (Path path : all.toList()) {
                times.put(path, Files.getLastModifiedTime(path));
            }
        }
        return times;
    }

    @Test
    void aQueueThatIsNotThereOrNotNamedIsSaid() throws IOException {
        assertThat(run("log", "verify", "--queue", folder.resolve("nowhere").toString()))
                .isEqualTo(66);
        assertThat(console.err()).contains("nowhere");
        assertThat(run("log", "dump", "no id")).isEqualTo(64);
        configured = false;
        assertThat(run("log", "verify")).isEqualTo(78);
        assertThat(console.err()).contains("--queue");
        assertThat(run("log", "verify", "--queue", queue.toString())).isZero();
    }
}

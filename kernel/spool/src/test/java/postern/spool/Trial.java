package postern.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import postern.base.World;
import postern.mail.MailOptions;
import postern.mail.Notices.Notice;
import postern.mail.QueueId;
import postern.mail.ReversePath;
import postern.testkit.LyingDisk;
import postern.testkit.SimProcess;
import postern.testkit.SimWorld;

/**
 * One queue through several lives on a disk that loses what was not synced, and the ledger of what
 * was promised meanwhile. Segments are tiny, so that a short script begins, cleans and releases
 * many.
 */
final class Trial {
    static final Path DIRECTORY = Path.of("/var/queue");
    private static final SpoolLimits LIMITS = new SpoolLimits(0, 8 << 10, 24 << 10);
    private static final Duration LONG = Duration.ofMinutes(30);
    private static final int SESSIONS = 3;
    private static final int MESSAGES = 12;

    final LyingDisk disk = new LyingDisk();
    final List<String> wrong = new ArrayList<>();
    private final SimWorld sim;
    private final long seed;
    private final Map<Long, Fate> fates = new LinkedHashMap<>();
    private int life;

    /** What was tried and promised for one message. */
    private static final class Fate {
        final byte[] content;
        final boolean[] tried; // a last state was handed in for that recipient
        final boolean[] recorded; // and said to be durable
        boolean accepted;
        boolean refused;
        int bounced = -1; // the recipient that a notice tells of
        boolean noticed; // and said to be durable

        Fate(byte[] content, int recipients) {
            this.content = content;
            this.tried = new boolean[recipients];
            this.recorded = new boolean[recipients];
        }
    }

    /** What a recovery found. */
    private record Found(QueuedMessage message, byte[] content) {}

    Trial(long seed) {
        this.seed = seed;
        this.sim = new SimWorld(seed);
    }

    /** One life: recover, take and deliver mail, until all is done or the process dies. */
    void live() {
        SimProcess process = process();
        LogSpool spool = new LogSpool(process.world(), DIRECTORY, LIMITS);
        process.start(
                "start",
                () -> {
                    try {
                        spool.recover(_ -> {});
                    } catch (IOException full) {
                        return; // refuses to start; the next life tries again
                    }
                    for (int i = 0; i < SESSIONS; i++) {
                        Random chance = new Random(seed * 31 + life * 7 + i);
                        process.start("session", () -> session(process.world(), spool, chance));
                    }
                });
        run();
        process.kill();
    }

    private SimProcess process() {
        life++;
        return sim.process("queue" + life, "postern", disk);
    }

    private void run() {
        assertThat(sim.run(LONG)).isIn(SimWorld.End.QUIET, SimWorld.End.TIME_IS_UP);
    }

    private void session(World world, LogSpool spool, Random chance) {
        for (int i = 0; i < MESSAGES; i++) {
            int[] lengths = {0, 200, 200, 900, 3_000, 3_000, 45_000};
            byte[] content = new byte[lengths[chance.nextInt(lengths.length)]];
            chance.nextBytes(content);
            Fate fate = new Fate(content, 1 + chance.nextInt(3));
            try {
                QueueId id = send(world, spool, fate);
                settle(world, spool, id, fate, chance);
            } catch (IOException | ExecutionException refused) {
                // the ledger knows
            }
        }
    }

    private QueueId send(World world, LogSpool spool, Fate fate)
            throws IOException, ExecutionException {
        try (var reception = spool.receive(fate.content.length)) {
            fates.put(reception.id().value(), fate);
            try {
                reception.write(fate.content, 0, fate.content.length);
                var committed = Letters.committed(reception, fate.tried.length);
                world.tasks().await(committed);
            } catch (IOException | ExecutionException failed) {
                fate.refused = true;
                throw failed;
            }
            fate.accepted = true;
            return reception.id();
        }
    }

    private void settle(World world, LogSpool spool, QueueId id, Fate fate, Random chance)
            throws ExecutionException {
        int kind = chance.nextInt(8);
        if (kind == 0) {
            return; // stays
        }
        int last = kind == 1 ? fate.tried.length - 1 : fate.tried.length;
        for (int i = 0; i < last; i++) {
            fate.tried[i] = true;
            if (kind == 2 && i == 0) {
                fate.bounced = i;
                world.tasks().await(bounce(spool, id, i));
                fate.noticed = true;
            } else {
                Progress done = Letters.state(i, Progress.State.DELIVERED);
                world.tasks().await(spool.record(id, List.of(done)));
            }
            fate.recorded[i] = true;
        }
    }

    private static CompletionStage<QueueId> bounce(LogSpool spool, QueueId id, int recipient) {
        var notice =
                new Notice(
                        ReversePath.NOBODY,
                        MailOptions.NONE,
                        Letters.recipients(1),
                        Letters.text("about " + id + "\r\n"));
        Progress bounced = Letters.state(recipient, Progress.State.BOUNCED);
        return spool.inject(notice, id, false, List.of(bounced));
    }

    /** Starts once more, on a disk that works, and compares with the ledger. */
    void check() {
        disk.failAt(-1, LyingDisk.Fault.IO_ERROR);
        disk.crashAt(-1);
        TreeMap<Long, Found> found = new TreeMap<>();
        boolean[] done = new boolean[1];
        SimProcess process = process();
        LogSpool spool = new LogSpool(process.world(), DIRECTORY, LIMITS);
        process.start("start", () -> done[0] = look(spool, found));
        run();
        process.kill();
        if (!done[0]) {
            wrong.add("recovery did not end: " + sim.panics());
            return;
        }
        found.forEach(
                (id, one) -> {
                    if (one.message().envelope().sender().equals(ReversePath.NOBODY)) {
                        checkNotice(found, one);
                    } else {
                        checkFound(new QueueId(id), one);
                    }
                });
        fates.forEach((id, fate) -> checkFate(new QueueId(id), fate, found));
    }

    private boolean look(LogSpool spool, Map<Long, Found> found) {
        try {
            List<QueuedMessage> messages = new ArrayList<>();
            spool.recover(messages::add);
            for (QueuedMessage message : messages) {
                QueueId id = message.envelope().id();
                found.put(id.value(), new Found(message, Letters.content(spool, id)));
            }
            return true;
        } catch (IOException failed) {
            wrong.add("recovery failed: " + failed);
            return false;
        }
    }

    private void checkFound(QueueId id, Found one) {
        Fate fate = fates.get(id.value());
        if (fate == null) {
            wrong.add(id + " was invented");
            return;
        }
        if (fate.refused) {
            wrong.add(id + " was refused and is queued");
        }
        if (!Arrays.equals(fate.content, one.content())) {
            wrong.add(id + " has other content");
        }
        for (Progress progress : one.message().progress()) {
            int i = progress.recipient();
            if (fate.recorded[i] && !progress.state().last()) {
                wrong.add(id + " recipient " + i + " came back");
            }
            if (!fate.tried[i] && progress.state().last()) {
                wrong.add(id + " recipient " + i + " was finished by nobody");
            }
        }
    }

    private void checkFate(QueueId id, Fate fate, Map<Long, Found> found) {
        boolean queued = found.containsKey(id.value());
        boolean allTried = true;
        boolean allRecorded = true;
        for (int i = 0; i < fate.tried.length; i++) {
            allTried &= fate.tried[i];
            allRecorded &= fate.recorded[i];
        }
        if (fate.accepted && !queued && !allTried) {
            wrong.add(id + " was lost");
        }
        if (queued && allRecorded) {
            wrong.add(id + " came back");
        }
        boolean notice = noticeAbout(found, id) != null;
        if (fate.noticed && !notice) {
            wrong.add(id + " lost its notice");
        }
        Found one = found.get(id.value());
        boolean bounced =
                one != null
                        && fate.bounced >= 0
                        && one.message().progress().get(fate.bounced).state().last();
        if (bounced && !notice) {
            wrong.add(id + " bounced without its notice");
        }
    }

    private void checkNotice(Map<Long, Found> found, Found notice) {
        String text = new String(notice.content(), StandardCharsets.UTF_8);
        QueueId about = QueueId.parse(text.substring(6).strip()).orElseThrow();
        Fate fate = fates.get(about.value());
        if (fate == null || fate.bounced < 0) {
            wrong.add("a notice about " + about + " was invented");
            return;
        }
        Found one = found.get(about.value());
        if (one != null && !one.message().progress().get(fate.bounced).state().last()) {
            wrong.add(about + " has a notice and is tried again");
        }
    }

    private static @Nullable Found noticeAbout(Map<Long, Found> found, QueueId id) {
        byte[] text = Letters.text("about " + id + "\r\n");
        for (Found one : found.values()) {
            if (Arrays.equals(one.content(), text)) {
                return one;
            }
        }
        return null;
    }

    List<String> log() {
        return sim.log();
    }

    List<String> panics() {
        return sim.panics();
    }
}

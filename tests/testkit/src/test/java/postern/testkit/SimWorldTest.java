package postern.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import postern.base.Bug;
import postern.base.DiskFile;
import postern.base.Endpoint;
import postern.base.Listener;
import postern.base.LogLine;
import postern.base.Mailbox;
import postern.base.Peer;
import postern.base.TimedOut;
import postern.base.World;
import postern.testkit.SimWorld.End;

class SimWorldTest {
    private static final Endpoint SHOP = new Endpoint.Tcp(SimWorld.address("192.0.2.1"), 25);
    private static final Duration DAY = Duration.ofDays(1);

    private final LyingDisk disk = new LyingDisk();

    @Test
    void theSameSeedIsTheSameRun() {
        assertThat(echoes(7)).isEqualTo(echoes(7));
        assertThat(echoes(7)).isNotEqualTo(echoes(8));
    }

    /** Three clients and an echo server in a storm; what came of it, as a value. */
    private String echoes(long seed) {
        SimWorld sim = new SimWorld(seed);
        sim.network().weather(Weather.STORM);
        echo(sim);
        for (int i = 0; i < 3; i++) {
            SimProcess client = sim.process("client" + i, "u", disk);
            client.start("talk", () -> talk(client.world(), 20));
        }
        sim.run(DAY);
        return sim.trace() + "\n" + String.join("\n", sim.log());
    }

    private static void talk(World world, int times) {
        for (int i = 0; i < times; i++) {
            try (Peer peer = world.network().connect(SHOP, Duration.ofSeconds(10))) {
                peer.expireAfter(Duration.ofSeconds(30));
                peer.write(ascii("hello " + i + "\n"));
                world.log().info(LogLine.about("got").with("text", line(peer)));
            } catch (IOException gone) {
                world.log().info(LogLine.about("lost").with("why", gone));
            }
        }
    }

    @Test
    void octetsArriveInOrderHoweverTheyAreSplit() {
        byte[] sent = new byte[100_000];
        for (int i = 0; i < sent.length; i++) {
            sent[i] = (byte) (i * 31);
        }
        SimWorld sim = new SimWorld(3);
        SimProcess server = sim.process("server", "u", disk);
        List<byte[]> received = new ArrayList<>();
        server.start(
                "serve",
                () -> {
                    try (Listener listener = server.world().network().listen(SHOP);
                            Peer peer = listener.accept()) {
                        byte[] all = new byte[sent.length + 1];
                        int length = 0;
                        int n = peer.read(all, 0, all.length);
                        while (n > 0) {
                            length += n;
                            n = peer.read(all, length, all.length - length);
                        }
                        received.add(Arrays.copyOf(all, length));
                    } catch (IOException gone) {
                        throw new UncheckedIOException(gone);
                    }
                });
        SimProcess client = sim.process("client", "u", disk);
        client.start(
                "send",
                () -> {
                    client.world().clock().sleep(Duration.ofSeconds(1));
                    try (Peer peer = client.world().network().connect(SHOP, DAY)) {
                        peer.write(ByteBuffer.wrap(sent, 0, 10), ByteBuffer.wrap(sent, 10, 99_990));
                    } catch (IOException gone) {
                        throw new UncheckedIOException(gone);
                    }
                });
        assertThat(sim.run(DAY)).isEqualTo(End.QUIET);
        assertThat(sim.panics()).isEmpty();
        assertThat(received).hasSize(1);
        assertThat(received.getFirst()).isEqualTo(sent);
    }

    @Test
    void timeJumpsToTheNextTimerAndNoFurther() {
        SimWorld sim = new SimWorld(1);
        SimProcess process = sim.process("p", "u", disk);
        List<Duration> woken = new ArrayList<>();
        for (int hours : new int[] {5, 1, 3}) {
            process.start(
                    "sleeper",
                    () -> {
                        process.world().clock().sleep(Duration.ofHours(hours));
                        woken.add(sim.elapsed());
                    });
        }
        assertThat(sim.run(Duration.ofHours(4))).isEqualTo(End.TIME_IS_UP);
        assertThat(woken).hasSize(2).isSorted();
        assertThat(sim.run(DAY)).isEqualTo(End.QUIET);
        assertThat(woken).hasSize(3);
        assertThat(woken.getLast()).isBetween(Duration.ofHours(5), Duration.ofMinutes(301));
    }

    @Test
    void aDeadlockIsQuietBeforeItsTime() {
        SimWorld sim = new SimWorld(1);
        SimProcess process = sim.process("p", "u", disk);
        Mailbox<String> ask = process.world().tasks().mailbox(1);
        Mailbox<String> answer = process.world().tasks().mailbox(1);
        process.start("a", () -> answer.put(ask.take()));
        process.start("b", () -> ask.put(answer.take()));
        assertThat(sim.run(DAY, () -> false)).isEqualTo(End.QUIET);
    }

    @Test
    void mailboxesWaitForRoomForItemsAndForTime() {
        SimWorld sim = new SimWorld(5);
        SimProcess process = sim.process("p", "u", disk);
        Mailbox<Integer> box = process.world().tasks().mailbox(2);
        List<Integer> taken = new ArrayList<>();
        List<Optional<Integer>> late = new ArrayList<>();
        process.start(
                "put",
                () -> {
                    for (int i = 0; i < 10; i++) {
                        box.put(i);
                    }
                });
        process.start(
                "take",
                () -> {
                    for (int i = 0; i < 10; i++) {
                        taken.add(box.take());
                    }
                    late.add(box.poll(Duration.ofMinutes(5)));
                });
        assertThat(sim.run(DAY)).isEqualTo(End.QUIET);
        assertThat(taken).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(late).containsExactly(Optional.empty());
        assertThat(sim.elapsed()).isGreaterThanOrEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void aStageIsAwaited() {
        SimWorld sim = new SimWorld(5);
        SimProcess process = sim.process("p", "u", disk);
        CompletableFuture<String> stage = new CompletableFuture<>();
        List<String> seen = new ArrayList<>();
        process.start(
                "wait",
                () -> {
                    try {
                        seen.add(process.world().tasks().await(stage.thenApply(s -> s + "!")));
                    } catch (ExecutionException failed) {
                        throw new Bug("nothing fails here", failed);
                    }
                });
        process.start(
                "complete",
                () -> {
                    process.world().clock().sleep(Duration.ofSeconds(2));
                    stage.complete("done");
                });
        sim.run(DAY);
        assertThat(seen).containsExactly("done!");
    }

    @Test
    void aSilentPeerExpiresAndASilentHostTimesOut() {
        SimWorld sim = new SimWorld(5);
        SimProcess server = sim.process("server", "u", disk);
        server.start("listen", () -> listening(server.world()));
        SimProcess client = sim.process("client", "u", disk);
        List<Duration> when = new ArrayList<>();
        client.start(
                "wait",
                () -> {
                    client.world().clock().sleep(Duration.ofSeconds(1));
                    try (Peer peer = client.world().network().connect(SHOP, DAY)) {
                        peer.expireAfter(Duration.ofSeconds(300));
                        assertThatThrownBy(() -> line(peer)).isInstanceOf(TimedOut.class);
                        when.add(sim.elapsed());
                    } catch (IOException gone) {
                        throw new UncheckedIOException(gone);
                    }
                    sim.network().reach(SimWorld.address("192.0.2.1"), SimNetwork.Reach.SILENT);
                    assertThatThrownBy(
                                    () ->
                                            client.world()
                                                    .network()
                                                    .connect(SHOP, Duration.ofSeconds(30)))
                            .isInstanceOf(TimedOut.class);
                    when.add(sim.elapsed());
                });
        sim.run(DAY);
        assertThat(sim.panics()).isEmpty();
        assertThat(when.getFirst()).isBetween(Duration.ofSeconds(300), Duration.ofSeconds(303));
        assertThat(when.getLast()).isBetween(Duration.ofSeconds(330), Duration.ofSeconds(334));
    }

    @Test
    void aKilledProcessNeverRunsOnAndItsPeersLearnOfIt() {
        SimWorld sim = new SimWorld(11);
        SimProcess server = echo(sim);
        SimProcess client = sim.process("client", "u", disk);
        List<String> seen = new ArrayList<>();
        client.start(
                "talk",
                () -> {
                    client.world().clock().sleep(Duration.ofSeconds(1));
                    try (Peer peer = client.world().network().connect(SHOP, DAY)) {
                        seen.add(line(peer));
                    } catch (IOException gone) {
                        seen.add("gone");
                    }
                });
        List<String> after = new ArrayList<>();
        server.start(
                "other",
                () -> {
                    try {
                        server.world().clock().sleep(Duration.ofSeconds(10));
                        after.add("lived");
                    } finally {
                        after.add("unwound");
                    }
                });
        sim.after(Duration.ofSeconds(5), server::kill);
        assertThat(sim.run(DAY)).isEqualTo(End.QUIET);
        assertThat(seen).hasSize(1);
        assertThat(seen.getFirst()).isIn("", "gone");
        assertThat(after).containsExactly("unwound");
        assertThat(sim.panics()).isEmpty();
    }

    @Test
    void powerLossTakesWhatWasNotSyncedAndTheNextProcessFindsTheRest() throws IOException {
        Path file = Path.of("/queue/log");
        SimWorld sim = new SimWorld(11);
        disk.createDirectories(Path.of("/queue"));
        SimProcess first = sim.process("first", "u", disk);
        first.start("write", () -> write(first.world(), file));
        sim.after(
                Duration.ofSeconds(5),
                () -> {
                    first.kill();
                    disk.crash(1);
                });
        sim.run(DAY);
        assertThat(sim.panics()).isEmpty();
        SimProcess second = sim.process("second", "u", disk);
        List<Boolean> locks = new ArrayList<>();
        second.start(
                "read",
                () -> {
                    try (DiskFile again = second.world().disk().open(file)) {
                        locks.add(again.tryLock());
                    } catch (IOException gone) {
                        throw new UncheckedIOException(gone);
                    }
                });
        sim.run(DAY);
        assertThat(locks).containsExactly(true);
        assertThat(new String(disk.contents(file), StandardCharsets.US_ASCII)).startsWith("safe");
    }

    private static void write(World world, Path path) {
        try {
            DiskFile file = world.disk().create(path);
            assertThat(file.tryLock()).isTrue();
            file.write(0, ascii("safe"));
            file.sync();
            world.disk().syncDirectory(Path.of("/queue"));
            file.write(4, ascii("lost"));
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    @Test
    void anOwnerThatThrowsEndsItsProcessAndASessionOnlyItself() {
        SimWorld sim = new SimWorld(2);
        SimProcess session = sim.process("session", "u", disk);
        session.start(
                "s",
                () -> {
                    throw new Bug("a session's");
                });
        SimProcess owner = sim.process("owner", "u", disk);
        owner.world()
                .tasks()
                .startOwner(
                        "o",
                        () -> {
                            throw new Bug("an owner's");
                        });
        sim.run(DAY);
        assertThat(session.alive()).isTrue();
        assertThat(owner.alive()).isFalse();
        assertThat(owner.halted()).isTrue();
        assertThat(sim.panics()).hasSize(2);
    }

    @Test
    void aFuseBurnsAtACallOfTheWorld() {
        SimWorld sim = new SimWorld(2);
        SimProcess process = sim.process("p", "u", disk);
        List<Integer> naps = new ArrayList<>();
        process.start(
                "nap",
                () -> {
                    for (int i = 0; i < 100; i++) {
                        process.world().clock().sleep(Duration.ofSeconds(1));
                        naps.add(i);
                    }
                });
        process.fuse(10, process::kill);
        sim.run(DAY);
        assertThat(naps).hasSize(9);
    }

    @Test
    void closedItEndsEveryTask() {
        SimWorld sim = new SimWorld(2);
        SimProcess process = sim.process("p", "u", disk);
        List<String> ended = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            process.start(
                    "forever",
                    () -> {
                        try {
                            process.world().tasks().mailbox(1).take();
                        } finally {
                            ended.add("ended");
                        }
                    });
        }
        sim.run(DAY);
        sim.close();
        assertThat(ended).hasSize(3);
        assertThat(sim.panics()).isEmpty();
    }

    private SimProcess echo(SimWorld sim) {
        SimProcess server = sim.process("server", "u", disk);
        server.start("listen", () -> listening(server.world()));
        return server;
    }

    private static void listening(World world) {
        try (Listener listener = world.network().listen(SHOP)) {
            while (true) {
                Peer peer = listener.accept();
                world.tasks().start("session", () -> echoing(peer));
            }
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    private static void echoing(Peer peer) {
        try (peer) {
            String line = line(peer);
            while (!line.isEmpty()) {
                peer.write(ascii(line + "\n"));
                line = line(peer);
            }
        } catch (IOException gone) {
            // the client will say
        }
    }

    private static String line(Peer peer) throws IOException {
        StringBuilder line = new StringBuilder();
        byte[] octet = new byte[1];
        while (peer.read(octet, 0, 1) == 1 && octet[0] != '\n') {
            line.append((char) octet[0]);
        }
        return line.toString();
    }

    private static ByteBuffer ascii(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }
}

package postern.master;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import postern.base.Log;
import postern.base.World;
import postern.base.system.SystemWorld;
import postern.os.Identity;
import postern.os.Processes;
import postern.os.UserDatabase;

/** A master in this JVM with real children. */
class MasterTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String REFUSED =
            "result=error\tcode=failed\ttext=the new configuration is refused; the old one stays";

    @TempDir Path state;
    final List<String> log = new CopyOnWriteArrayList<>();
    final AtomicReference<Replanned> next =
            new AtomicReference<>(new Replanned.Problems(List.of("line 7: no such key")));
    final List<Running> running = new ArrayList<>();

    record Running(Master master, CompletableFuture<Master.Ending> end, CountDownLatch serving) {}

    @AfterEach
    void stopAll() throws Exception {
        for (Running one : running) {
            one.master().stop();
            one.end().get(20, TimeUnit.SECONDS);
        }
    }

    private Running start(DomainPlan... domains) throws Master.Refused {
        Log writer = (level, line) -> log.add(level + " " + line);
        World world = SystemWorld.create(writer);
        Plan plan = new Plan(state, List.of(), List.of(domains));
        Master master = Master.open(world, plan, next::get);
        CountDownLatch serving = new CountDownLatch(1);
        Running one =
                new Running(
                        master,
                        CompletableFuture.supplyAsync(
                                () -> master.run(serving::countDown, () -> {})),
                        serving);
        running.add(one);
        return one;
    }

    @Test
    void aKilledChildIsStartedAgainAndCallersWait() throws Exception {
        Running master = start(Tiny.domain("front", state, "one"));
        assertThat(master.serving().await(20, TimeUnit.SECONDS)).isTrue();
        String first = Tiny.ask(Tiny.socket(state, "front"));
        assertThat(first).endsWith("one --listener door=0");
        Processes.signal(Tiny.pid(first), Processes.SIGKILL);
        String second = Tiny.ask(Tiny.socket(state, "front"));
        assertThat(Tiny.pid(second)).isNotEqualTo(Tiny.pid(first));
        String served = "domain=front\tstate=running\tpid=" + Tiny.pid(second) + "\t";
        await().atMost(PATIENCE) // it answers callers before master has heard that it serves
                .until(() -> Tiny.control(state, "status").get(1).startsWith(served));
        List<String> status = Tiny.control(state, "status");
        assertThat(status.getFirst()).startsWith("domain=master\tstate=running\tpid=");
        assertThat(status.get(1)).startsWith(served).contains("\trestarts=1\t");
        assertThat(log).anyMatch(line -> line.contains("by=signal 9"));
        assertThat(log).anyMatch(line -> line.contains("restarts=front in=100ms count=1"));
    }

    @Test
    void whatDiesAtOnceIsRestartedWithGrowingPauses() throws Exception {
        start(Tiny.domain("front", state, "die"));
        await().atMost(PATIENCE)
                .until(() -> log.stream().anyMatch(line -> line.contains("in=400ms count=3")));
        assertThat(log).anyMatch(line -> line.contains("in=100ms count=1"));
        assertThat(log).anyMatch(line -> line.contains("in=200ms count=2"));
        assertThat(log).anyMatch(line -> line.contains("by=status 3"));
    }

    @Test
    void whatCanNeverServeIsNotStartedAgainAndAllStop() throws Exception {
        Running master = start(Tiny.domain("front", state, "one"));
        assertThat(master.serving().await(20, TimeUnit.SECONDS)).isTrue();
        master.master()
                .apply(
                        new Plan(
                                state,
                                List.of(),
                                List.of(
                                        Tiny.domain("front", state, "one"),
                                        Tiny.domain("queue", state, "hopeless"))));
        assertThat(master.end().get(20, TimeUnit.SECONDS)).isEqualTo(Master.Ending.HOPELESS);
        assertThat(log)
                .anyMatch(line -> line.contains("ended=queue it cannot serve before"))
                .noneMatch(line -> line.contains("restarts=queue"));
    }

    @Test
    void statusTellsOfEachProcess() throws Exception {
        Running master = start(Tiny.domain("front", state, "a"), Tiny.domain("queue", state, "b"));
        assertThat(master.serving().await(20, TimeUnit.SECONDS)).isTrue();
        List<String> status = Tiny.control(state, "status");
        assertThat(status).hasSize(5).endsWith("result=ok", "");
        assertThat(status.get(2))
                .matches(
                        "domain=queue\tstate=running\tpid=\\d+\tuid=\\d+\tstarted=\\d+\trestarts=0"
                                + "\tsandbox=seccomp,nnp\tmemory=\\d+\tlistens=\\S+/queue");
        assertThat(Tiny.control(state, "nonsense"))
                .containsExactly(
                        "result=error\tcode=usage\ttext=requests are status, reload and stop", "");
    }

    @Test
    void anInvalidReloadKeepsTheOld() throws Exception {
        Running master = start(Tiny.domain("front", state, "one"));
        assertThat(master.serving().await(20, TimeUnit.SECONDS)).isTrue();
        int pid = Tiny.pid(Tiny.ask(Tiny.socket(state, "front")));
        assertThat(Tiny.control(state, "reload"))
                .containsExactly("problem=line 7: no such key", REFUSED, "");
        assertThat(Tiny.pid(Tiny.ask(Tiny.socket(state, "front")))).isEqualTo(pid);
    }

    @Test
    void whatHasNoWorkIsNotStartedUntilSomebodyConnects() throws Exception {
        DomainPlan lazy =
                Tiny.domain(
                        "local",
                        state,
                        "l",
                        DomainPlan.Succession.OVERLAP,
                        DomainPlan.Start.WITH_ITS_FIRST_WORK);
        Running master = start(Tiny.domain("front", state, "f"), lazy);
        assertThat(master.serving().await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(log).noneMatch(line -> line.contains("started=local"));
        int pid = Tiny.pid(Tiny.ask(Tiny.socket(state, "local")));
        assertThat(log).anyMatch(line -> line.contains("started=local pid=" + pid));
    }

    @Test
    void aReloadStartsOnlyTheChangedAnewAndTheSuccessorFirst() throws Exception {
        DomainPlan queue =
                Tiny.domain("queue", state, "q", DomainPlan.Succession.ONE_AFTER_THE_OTHER);
        DomainPlan out = Tiny.domain("out", state, "o");
        Running master = start(Tiny.domain("front", state, "one"), queue, out);
        assertThat(master.serving().await(20, TimeUnit.SECONDS)).isTrue();
        int oldFront = Tiny.pid(Tiny.ask(Tiny.socket(state, "front")));
        int oldOut = Tiny.pid(Tiny.ask(Tiny.socket(state, "out")));
        int oldQueue = Tiny.pid(Tiny.ask(Tiny.socket(state, "queue")));
        DomainPlan newQueue =
                Tiny.domain("queue", state, "r", DomainPlan.Succession.ONE_AFTER_THE_OTHER);
        log.clear();
        next.set(
                new Replanned.Planned(
                        new Plan(
                                state,
                                List.of(),
                                List.of(Tiny.domain("front", state, "two"), newQueue, out))));
        assertThat(Tiny.control(state, "reload")).containsExactly("result=ok", "");
        await().atMost(PATIENCE)
                .until(() -> log.stream().filter(line -> line.contains("ended=")).count() == 2);
        assertThat(Tiny.ask(Tiny.socket(state, "front"))).contains(" two ");
        assertThat(Tiny.ask(Tiny.socket(state, "queue"))).contains(" r ");
        assertThat(Tiny.pid(Tiny.ask(Tiny.socket(state, "out")))).isEqualTo(oldOut);
        assertThat(indexOf("serves=front")).isLessThan(indexOf("ended=front pid=" + oldFront));
        assertThat(indexOf("ended=queue pid=" + oldQueue)).isLessThan(indexOf("started=queue"));
        assertThat(log).noneMatch(line -> line.contains("restarts="));
    }

    @Test
    void whatASuccessorReplacesMayFinishUnlessThereAreTooMany() throws Exception {
        Running master = start(Tiny.domain("front", state, "patient 0"));
        assertThat(master.serving().await(20, TimeUnit.SECONDS)).isTrue();
        for (int i = 1; i <= Domain.RETIRED_AT_ONCE_MAX + 1; i++) {
            DomainPlan plan = Tiny.domain("front", state, "patient " + i);
            next.set(new Replanned.Planned(new Plan(state, List.of(), List.of(plan))));
            assertThat(Tiny.control(state, "reload")).containsExactly("result=ok", "");
        }
        await().atMost(PATIENCE).until(() -> log.stream().anyMatch(l -> l.contains("ended=front")));
        List<String> status = Tiny.control(state, "status");
        assertThat(status.stream().filter(line -> line.contains("state=draining")))
                .hasSize(Domain.RETIRED_AT_ONCE_MAX);
        assertThat(log.stream().filter(line -> line.contains("drains=front"))).hasSize(1);
    }

    @Test
    void aReloadToAPortInUseIsRefusedWhole() throws Exception {
        Running master = start(Tiny.domain("front", state, "one"));
        assertThat(master.serving().await(20, TimeUnit.SECONDS)).isTrue();
        Path file = Files.writeString(Tiny.socket(state, "new"), "not a socket");
        next.set(
                new Replanned.Planned(
                        new Plan(state, List.of(), List.of(Tiny.domain("new", state, "x")))));
        assertThat(Tiny.control(state, "reload"))
                .containsExactly(
                        "problem=cannot listen on "
                                + file
                                + ": address in use; remedy: stop what listens there, or choose another address",
                        REFUSED,
                        "");
        assertThat(Tiny.ask(Tiny.socket(state, "front"))).contains("one");
    }

    @Test
    void aStopDrainsInOrderAndForcesTheStubborn() throws Exception {
        Running master =
                start(
                        Tiny.domain("front", state, "one"),
                        Tiny.domain("queue", state, "stubborn"),
                        Tiny.domain("out", state, "three"));
        assertThat(master.serving().await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(Tiny.control(state, "stop")).containsExactly("result=ok", "");
        assertThat(log).anyMatch(line -> line.contains("has stopped"));
        master.end().get(12, TimeUnit.SECONDS);
        assertThat(indexOf("ended=front")).isLessThan(indexOf("ended=out"));
        assertThat(indexOf("ended=out")).isLessThan(indexOf("ended=queue"));
        assertThat(Tiny.socket(state, "front")).doesNotExist();
        assertThat(Plan.control(state)).doesNotExist();
    }

    @Test
    void aDomainRunsConfinedUnderAnIdentityOfItsOwn() throws Exception {
        assumeTrue(Identity.current().uid() == 0, "needs root");
        Identity own = new ServiceIdentities(new UserDatabase()).of("no-such-user-here", 0);
        Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwxr-xr-x"));
        DomainPlan front = Tiny.confined("front", state, own);
        Running master = start(front);
        assertThat(master.serving().await(20, TimeUnit.SECONDS)).isTrue();
        String greeting = Tiny.ask(Tiny.socket(state, "front"));
        assertThat(Processes.uid(Tiny.pid(greeting))).hasValue(ServiceIdentities.FALLBACK_BASE);
        assertThat(Files.getAttribute(Tiny.socket(state, "front"), "unix:uid"))
                .isEqualTo(ServiceIdentities.FALLBACK_BASE);
        assertThat(Tiny.control(state, "status").get(1))
                .contains("\tuid=61100\t", "\tsandbox=landlock,seccomp,nnp\t");
    }

    @Test
    void whatADomainCannotReadIsToldBeforeAnythingStarts() throws Exception {
        assumeTrue(Identity.current().uid() == 0, "needs root");
        Identity own = new ServiceIdentities(new UserDatabase()).of("no-such-user-here", 0);
        DomainPlan front = Tiny.confined("front", state, own);
        assertThatThrownBy(() -> start(front)) // the folder of a test is closed to others
                .isInstanceOf(Master.Refused.class)
                .hasMessageContaining("front (uid 61100) cannot read " + state.resolve("classes"))
                .hasMessageContaining("chmod o+rx " + state);
    }

    @Test
    void aSecondMasterIsRefused() throws Exception {
        Running master = start(Tiny.domain("front", state, "one"));
        assertThat(master.serving().await(20, TimeUnit.SECONDS)).isTrue();
        assertThatThrownBy(() -> start(Tiny.domain("front", state, "one")))
                .isInstanceOf(Master.Refused.class)
                .hasMessageContaining("(pid " + ProcessHandle.current().pid() + ")");
        assertThat(Tiny.ask(Tiny.socket(state, "front"))).contains("one");
    }

    private int indexOf(String part) {
        for (int i = 0; i < log.size(); i++) {
            if (log.get(i).contains(part)) {
                return i;
            }
        }
        throw new AssertionError("no " + part + " in " + log);
    }
}

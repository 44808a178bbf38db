package postern.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import postern.base.User;
import postern.base.system.SystemWorld;

/** Mailboxes that are made for their users, by several deliveries at once. */
class ImpersonatorTest {
    private static final int DELIVERIES = 4;
    private static final int USERS = 200;

    private final Impersonator impersonator =
            new Impersonator(SystemWorld.create((_, _) -> {}).clock());

    private interface Making {
        void make(Path path, User user) throws Exception;
    }

    private static void atOnce(Path folder, Making making) throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "root alone gives files away");
        try (ExecutorService deliveries = Executors.newFixedThreadPool(DELIVERIES)) {
            for (int i = 0; i < USERS; i++) {
                User user = new User("u" + i, 50_000 + i, 50_000, folder);
                Path mailbox = folder.resolve("mail").resolve(user.name());
                var barrier = new CyclicBarrier(DELIVERIES);
                List<Future<Object>> all = new ArrayList<>();
                for (int n = 0; n < DELIVERIES; n++) {
                    all.add(
                            deliveries.submit(
                                    () -> {
                                        barrier.await();
                                        making.make(mailbox, user);
                                        return Files.getAttribute(mailbox, "unix:uid");
                                    }));
                }
                for (Future<Object> each : all) {
                    assertThat(each.get()).isEqualTo(user.uid());
                }
            }
        }
    }

    @Test
    void aNewFolderIsItsUsersForEachOfThem(@TempDir Path folder) throws Exception {
        atOnce(folder, impersonator::provide);
    }

    @Test
    void aNewFileIsItsUsersForEachOfThem(@TempDir Path folder) throws Exception {
        Files.createDirectory(folder.resolve("mail"));
        atOnce(folder, impersonator::provideFile);
    }
}

package postern.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import postern.base.User;
import postern.base.Users;
import postern.mail.Domain;
import postern.mail.Expansion;
import postern.mail.Mailbox;
import postern.mail.ReversePath;
import postern.mail.Route;
import postern.table.Aliases;

final class AddressRouterTest {
    private static final Users USERS =
            name ->
                    name.equals("ann") || name.equals("root")
                            ? Optional.of(new User(name, 1001, 1001, Path.of("/home/ann")))
                            : Optional.empty();
    private static final Users OUT_OF_REACH =
            name -> {
                throw new IOException("directory server is down");
            };

    private static final RewriteConfig CONFIG =
            new RewriteConfig(
                    "mx.example.org",
                    Set.of(new Domain("example.org"), new Domain("mx.example.org")),
                    Set.of(new Domain("branch.example.org")),
                    Set.of("bob@branch.example.org"),
                    "",
                    "root");

    @Test
    void userOfThisHostIsLocalInAnyCaseAndWithExtension() {
        for (String name : new String[] {"ann", "Ann", "ann+lists", "ANN+Lists"}) {
            assertThat(route(name + "@Example.ORG"))
                    .isEqualTo(new Route.To("local", "mx.example.org"));
        }
    }

    @Test
    void unknownUserIsRefused() {
        assertThat(route("nosuch@example.org"))
                .isInstanceOfSatisfying(
                        Route.Unknown.class,
                        unknown -> assertThat(unknown.status()).isEqualTo("5.1.1"));
    }

    @Test
    void userDatabaseOutOfReachIsNoRefusal() {
        var router = new AddressRouter(CONFIG, OUT_OF_REACH, Aliases.NONE);
        assertThat(router.route(ReversePath.NOBODY, Mailbox.of("ann", "example.org")))
                .isInstanceOf(Route.Unanswered.class);
    }

    @Test
    void postmasterIsAlwaysThere() {
        assertThat(route("Postmaster@example.org")).isInstanceOf(Route.To.class);
        assertThat(mailboxes(router("").expand(Mailbox.of("PostMaster", "example.org"))))
                .containsExactly(Mailbox.of("root", "mx.example.org"));
    }

    @Test
    void relayDomainKnowsItsRecipients() {
        assertThat(route("Bob@branch.example.org"))
                .isEqualTo(new Route.To("smtp", "branch.example.org"));
        assertThat(route("eve@branch.example.org")).isInstanceOf(Route.Unknown.class);
    }

    @Test
    void othersGoByMxOrRelayhost() {
        assertThat(route("x@elsewhere.example"))
                .isEqualTo(new Route.To("smtp", "elsewhere.example"));
        var relayed =
                new AddressRouter(
                        new RewriteConfig(
                                "mx.example.org",
                                Set.of(),
                                Set.of(),
                                Set.of(),
                                "[relay.example.net]:587",
                                "root"),
                        USERS,
                        Aliases.NONE);
        assertThat(relayed.route(ReversePath.NOBODY, Mailbox.of("x", "elsewhere.example")))
                .isEqualTo(new Route.To("smtp", "[relay.example.net]:587"));
    }

    @Test
    void aliasesAreExpandedThroughEachOtherWithoutRepetition() {
        AddressRouter router =
                router("staff: ann, boss, ann@example.org\nboss: Carol@elsewhere.example, staff\n");
        assertThat(mailboxes(router.expand(Mailbox.of("staff", "example.org"))))
                .containsExactly(
                        Mailbox.of("ann", "mx.example.org"),
                        Mailbox.of("Carol", "elsewhere.example"));
    }

    @Test
    void aliasThatNamesItselfMeansTheMailbox() {
        assertThat(mailboxes(router("ann: ann, bob").expand(Mailbox.of("ann", "example.org"))))
                .containsExactly(
                        Mailbox.of("ann", "mx.example.org"), Mailbox.of("bob", "mx.example.org"));
    }

    @Test
    void fileAndCommandStayTheLocalAgentsBusiness() {
        AddressRouter router = router("both: /var/archive, carol@elsewhere.example");
        assertThat(mailboxes(router.expand(Mailbox.of("both", "example.org"))))
                .containsExactly(
                        Mailbox.of("both", "example.org"),
                        Mailbox.of("carol", "elsewhere.example"));
    }

    @Test
    void expansionIsBounded() {
        StringBuilder list = new StringBuilder("all: u0");
        for (int i = 1; i < 3 * AddressRouter.EXPANSION_MAX; i++) {
            list.append(", u").append(i);
        }
        assertThat(mailboxes(router(list.toString()).expand(Mailbox.of("all", "example.org"))))
                .hasSize(AddressRouter.EXPANSION_MAX);
    }

    private static Route route(String address) {
        int at = address.indexOf('@');
        return router("")
                .route(
                        ReversePath.NOBODY,
                        Mailbox.of(address.substring(0, at), address.substring(at + 1)));
    }

    private static List<Mailbox> mailboxes(Expansion expansion) {
        return switch (expansion) {
            case Expansion.Recipients(List<Mailbox> mailboxes) -> mailboxes;
            case Expansion.Unanswered unanswered -> throw new AssertionError(unanswered);
        };
    }

    private static AddressRouter router(String aliases) {
        return new AddressRouter(CONFIG, USERS, Aliases.parse(aliases).aliases());
    }
}

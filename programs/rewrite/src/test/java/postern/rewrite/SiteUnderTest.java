package postern.rewrite;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import postern.base.User;
import postern.base.Users;
import postern.base.World;
import postern.base.system.SystemWorld;
import postern.config.Configuration;
import postern.config.Problem;
import postern.config.Section;
import postern.config.Settings;
import postern.mail.AddressParser;
import postern.mail.AddressParser.Parsed;
import postern.mail.Expansion;
import postern.mail.Mailbox;
import postern.mail.ReversePath;
import postern.mail.Rewriter;
import postern.mail.Route;
import postern.table.Aliases;
import postern.table.TableConfig;
import postern.table.Tables;

/** A site made from its postern.toml, its aliases and the users ann, bob and root. */
final class SiteUnderTest {
    static final String HOST = "mx.example.org";

    private static final List<Section> SECTIONS =
            List.of(
                    RewriteConfig.SECTION,
                    RoutingConfig.SECTION,
                    AddressingConfig.SECTION,
                    TableConfig.SECTION);

    static final Users USERS =
            name ->
                    switch (name) {
                        case "ann", "bob", "root" ->
                                Optional.of(new User(name, 1001, 1001, Path.of("/home", name)));
                        case "later" -> throw new IOException("directory server is down");
                        default -> Optional.empty();
                    };

    final RewriteConfig config;
    final AddressingConfig addressing;
    final Tables tables;
    final Rewriter rewriter;
    final AddressRouter router;

    SiteUnderTest(Path folder, String toml, String aliases) {
        Settings settings = settings(folder, toml);
        World world = SystemWorld.create((_, _) -> {});
        this.config = RewriteConfig.read(settings, HOST);
        this.addressing = AddressingConfig.read(settings);
        this.tables = new Tables(world, settings, USERS, Map.of());
        this.rewriter = AddressRewriter.of(config, addressing, tables);
        this.router =
                new AddressRouter(
                        config,
                        RoutingConfig.read(settings),
                        tables,
                        rewriter,
                        USERS,
                        Aliases.parse(aliases).aliases());
    }

    static SiteUnderTest of(String toml) {
        return new SiteUnderTest(Path.of("/etc/postern"), toml, "");
    }

    static SiteUnderTest of(String toml, String aliases) {
        return new SiteUnderTest(Path.of("/etc/postern"), toml, aliases);
    }

    private static Settings settings(Path folder, String toml) {
        String file = folder.resolve("postern.toml").toString();
        return switch (Configuration.parse(file, toml, SECTIONS)) {
            case Configuration.Result.Loaded(Settings settings) -> settings;
            case Configuration.Result.Broken(List<Problem> problems) ->
                    throw new AssertionError(problems.toString());
        };
    }

    static List<String> problems(String toml) {
        return switch (Configuration.parse(
                "postern.toml", toml, SECTIONS, List.of(RewriteConfig::check))) {
            case Configuration.Result.Loaded _ -> List.of();
            case Configuration.Result.Broken(List<Problem> problems) ->
                    problems.stream().map(Problem::toString).toList();
        };
    }

    static Mailbox mailbox(String text) {
        return switch (AddressParser.mailbox(text)) {
            case Parsed.Address(Mailbox mailbox, int _) -> mailbox;
            case Parsed odd -> throw new AssertionError(odd.toString());
        };
    }

    Route route(String sender, String recipient) {
        ReversePath from = sender.isEmpty() ? ReversePath.NOBODY : ReversePath.of(mailbox(sender));
        return router.route(from, mailbox(recipient));
    }

    /** The route in a few words. */
    String words(String sender, String recipient) {
        return words(route(sender, recipient));
    }

    static String words(Route route) {
        return switch (route) {
            case Route.To(String transport, String nextHop) -> transport + ":" + nextHop;
            case Route.Unknown(String status, String why) -> "unknown " + status + " " + why;
            case Route.Unanswered(String why) -> "unanswered " + why;
            case Route.Refused(String status, String text) -> "refused " + status + " " + text;
            case Route.Retry(String status, String text) -> "retry " + status + " " + text;
            case Route.Discard(String text) -> "discard " + text;
            case Route.Hold(String text, Route.To then) -> "hold " + text + " then " + words(then);
        };
    }

    String expanded(String recipient) {
        return words(router.expand(mailbox(recipient)));
    }

    static String words(Expansion expansion) {
        return switch (expansion) {
            case Expansion.Recipients(List<Mailbox> mailboxes) ->
                    String.join(" ", mailboxes.stream().map(Mailbox::toString).toList());
            case Expansion.Unanswered(String status, String why) ->
                    "unanswered " + status + " " + why;
        };
    }
}

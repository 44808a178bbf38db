package postern.dist;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import postern.base.Users;
import postern.base.World;
import postern.base.system.SystemWorld;
import postern.command.AddressTools;
import postern.config.Settings;
import postern.local.LocalConfig;
import postern.local.LocalTrail;
import postern.lookup.Passwords;
import postern.lookup.Sources;
import postern.mail.AddressParser;
import postern.mail.AddressParser.Parsed;
import postern.mail.Domain;
import postern.mail.Mailbox;
import postern.mail.ReversePath;
import postern.mail.Rewriter;
import postern.mail.Route;
import postern.os.UserDatabase;
import postern.rewrite.AddressRewriter;
import postern.rewrite.AddressRouter;
import postern.rewrite.AddressingConfig;
import postern.rewrite.Explanation;
import postern.rewrite.RewriteConfig;
import postern.rewrite.RoutingConfig;
import postern.table.AddressSearch;
import postern.table.AliasFile;
import postern.table.Aliases;
import postern.table.LocalNames;
import postern.table.Table;
import postern.table.Table.Answer;
import postern.table.TableBuilder;
import postern.table.TableConfig;
import postern.table.TableConfig.Kind;
import postern.table.TableProblem;
import postern.table.Tables;

/** The router and the tables of the configuration, asked by who types a command. */
final class AddressQuestions implements AddressTools {
    private final World world = SystemWorld.create((_, _) -> {});
    private final Users users = new UserDatabase();

    @Override
    public Explained explain(Settings settings, String address, Optional<String> sender)
            throws IOException {
        Site site = Site.read(settings, Commands.machineName());
        RewriteConfig domains = RewriteConfig.read(settings, site.hostname());
        ReversePath from =
                sender.filter(text -> !text.isEmpty() && !text.equals("<>"))
                        .map(text -> ReversePath.of(mailbox(text, domains)))
                        .orElse(ReversePath.NOBODY);
        Mailbox mailbox = mailbox(address, domains);
        Tables tables = TableUses.open(world, settings, users, sources(settings));
        Rewriter rewriter = AddressRewriter.of(domains, AddressingConfig.read(settings), tables);
        Aliases aliases =
                AliasFile.load(
                        world.disk(),
                        settings.get(RewriteConfig.SECTION, RewriteConfig.ALIASES),
                        world.log());
        var router =
                new AddressRouter(
                        domains, RoutingConfig.read(settings), tables, rewriter, users, aliases);
        var local =
                new LocalTrail(
                        settings,
                        LocalConfig.read(settings, site.hostname(), site.state()),
                        world.disk(),
                        users,
                        aliases,
                        new LocalNames(domains.delimiters()));
        Explanation.Told told = new Explanation(router, rewriter).explain(from, mailbox);
        return new Explained(
                steps(told.steps()),
                told.destinations().stream().map(each -> destination(each, local)).toList(),
                told.failure());
    }

    /** Asked from here, with no lookup domain between: so it works while nothing runs. */
    private Sources sources(Settings settings) {
        return new Sources(world, Passwords.files(world.disk()), LookupDomain.drivers(settings));
    }

    private static Mailbox mailbox(String text, RewriteConfig domains) {
        String complete = text.indexOf('@') < 0 ? text + "@" + domains.origin() : text;
        return switch (AddressParser.mailbox(complete)) {
            case Parsed.Address(Mailbox mailbox, int _) -> mailbox;
            case Parsed.Empty _ -> throw new IllegalArgumentException("an empty address");
            case Parsed.Invalid(String why) ->
                    throw new IllegalArgumentException("\"" + text + "\" is no address: " + why);
        };
    }

    private static List<Step> steps(List<Explanation.Step> steps) {
        return steps.stream()
                .map(step -> new Step(step.rule(), step.value(), step.origin()))
                .toList();
    }

    /** What a route comes to, in words. */
    private record Said(String outcome, String transport, String nextHop, String text) {
        static Said of(Route route) {
            return switch (route) {
                case Route.To(String transport, String nextHop) ->
                        new Said("delivered", transport, nextHop, "");
                case Route.Unknown(String status, String why) ->
                        new Said("refused", "", "", status + " " + why);
                case Route.Refused(String status, String text) ->
                        new Said("refused", "", "", status + " " + text);
                case Route.Unanswered(String why) -> new Said("deferred", "", "", "4.3.0 " + why);
                case Route.Retry(String status, String text) ->
                        new Said("deferred", "", "", status + " " + text);
                case Route.Discard(String text) -> new Said("discarded", "", "", text);
                case Route.Hold(String text, Route.To(String transport, String nextHop)) ->
                        new Said("held", transport, nextHop, text);
            };
        }
    }

    private static Destination destination(Explanation.Destination told, LocalTrail local) {
        Said said = Said.of(told.route());
        List<Step> steps = new ArrayList<>(steps(told.steps()));
        if (said.transport.equals(LocalDomain.LOCAL)) {
            local.of(told.recipient().localPart()).stream()
                    .map(step -> new Step(step.rule(), step.value(), step.origin()))
                    .forEach(steps::add);
        }
        return new Destination(
                told.recipient().toString(),
                told.addressClass(),
                said.outcome,
                said.transport,
                said.nextHop,
                said.text,
                steps);
    }

    @Override
    public Queried query(Settings settings, String table, String key) {
        if (TableConfig.all(settings).stream().noneMatch(each -> each.name().equals(table))) {
            throw new IllegalArgumentException("there is no [table." + table + "]");
        }
        Site site = Site.read(settings, Commands.machineName());
        RewriteConfig domains = RewriteConfig.read(settings, site.hostname());
        Table asked = TableUses.open(world, settings, users, sources(settings)).get(table);
        var search = new AddressSearch(List.of(asked), domains::bare, domains.delimiters());
        long start = world.clock().nanoTime();
        AddressSearch.@Nullable Hit hit = search(search, key);
        long nanos = world.clock().nanoTime() - start;
        if (hit == null) {
            return new Queried.Absent(nanos);
        }
        return switch (hit.answer()) {
            case Answer.Found found ->
                    new Queried.Found(found.value(), hit.key(), found.origin(), nanos);
            case Answer.TemporaryFailure(String reason) ->
                    new Queried.Later(reason, hit.key(), nanos);
            case Answer.Absent _ -> new Queried.Absent(nanos);
        };
    }

    /** As it stands, then in the forms of an address or of a domain. */
    private static AddressSearch.@Nullable Hit search(AddressSearch search, String key) {
        AddressSearch.@Nullable Hit hit = search.ask(key, false, "");
        if (hit == null) {
            hit = search.ask(key.toLowerCase(Locale.ROOT), false, "");
        }
        if (hit != null) {
            return hit;
        }
        if (AddressParser.mailbox(key) instanceof Parsed.Address(Mailbox mailbox, int _)) {
            hit = search.find(mailbox);
            return hit != null ? hit : search.findRoute(mailbox);
        }
        return AddressParser.host(key) ? search.find(new Domain(key)) : null;
    }

    @Override
    public List<Built> build(Settings settings, List<String> names) throws IOException {
        List<Path> sources = new ArrayList<>();
        List<TableConfig> compiled =
                TableConfig.all(settings).stream()
                        .filter(table -> table.kind() == Kind.COMPILED)
                        .toList();
        if (names.isEmpty()) {
            compiled.forEach(table -> table.text().ifPresent(sources::add));
        }
        for (String name : names) {
            sources.add(name.indexOf('/') >= 0 ? Path.of(name) : text(compiled, name));
        }
        List<Built> all = new ArrayList<>();
        for (Path source : sources) {
            all.add(build(source));
        }
        return all;
    }

    private static Path text(List<TableConfig> compiled, String name) {
        return compiled.stream()
                .filter(table -> table.name().equals(name))
                .findFirst()
                .flatMap(TableConfig::text)
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "there is no [table." + name + "] of kind compiled"));
    }

    /** Beside the old one, with the mode of the text, then in its place. */
    private Built build(Path source) throws IOException {
        Path target = TableBuilder.compiled(source.toAbsolutePath());
        Path fresh = Path.of(target + ".new");
        Files.deleteIfExists(fresh); // left by one that was killed
        long start = world.clock().nanoTime();
        switch (TableBuilder.build(world.disk(), source, fresh)) {
            case TableBuilder.Result.Broken(List<TableProblem> problems) -> {
                List<String> lines = problems.stream().map(TableProblem::toString).toList();
                return new Built(source.toString(), 0, 0, 0, lines);
            }
            case TableBuilder.Result.Built(long entries, long octets) -> {
                Files.setPosixFilePermissions(fresh, Files.getPosixFilePermissions(source));
                world.disk().replace(fresh, target);
                Path folder = target.getParent();
                if (folder != null) {
                    world.disk().syncDirectory(folder);
                }
                long nanos = world.clock().nanoTime() - start;
                return new Built(source.toString(), entries, octets, nanos, List.of());
            }
        }
    }
}

package postern.local;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import postern.base.LogLine;
import postern.base.User;
import postern.local.LocalConfig.Source;
import postern.mail.AddressParser;
import postern.mail.AddressParser.Parsed;
import postern.mail.Mailbox;
import postern.os.OwnedFile;
import postern.table.Aliases;
import postern.table.Aliases.Target;

/**
 * Makes a list of destinations of what an alias or a user's instructions say, each once. One thread
 * only, for one message.
 */
final class Expansion {
    /** Lists that may include each other. Nobody means more than this. */
    private static final int INCLUDES_MAX = 1_000;

    private final Surroundings surroundings;
    private final LocalConfig config;
    private final Letter letter;
    private final Order order;
    private final Set<String> included = new HashSet<>();
    private final Set<Mailbox> addresses = new LinkedHashSet<>();
    private final List<Destination> destinations = new ArrayList<>();
    private final Set<String> names = new HashSet<>();

    /**
     * What is expanded.
     *
     * @param self the alias or user it belongs to: its own name among the targets is the mailbox
     * @param rights whose rights its files and commands have
     * @param source ALIAS or FORWARD
     */
    record Order(String self, List<Target> targets, User rights, Source source) {}

    Expansion(Surroundings surroundings, LocalConfig config, Letter letter, Order order) {
        this.surroundings = surroundings;
        this.config = config;
        this.letter = letter;
        this.order = order;
    }

    List<Destination> destinations() throws IOException {
        add(order.targets(), order.rights(), order.source());
        List<Mailbox> all = List.copyOf(addresses);
        for (int from = 0; from < all.size(); from += Resubmission.RECIPIENTS_MAX) {
            int to = Math.min(all.size(), from + Resubmission.RECIPIENTS_MAX);
            destinations.add(new Destination.Addresses(all.subList(from, to)));
        }
        return destinations;
    }

    private void add(List<Target> targets, User rights, Source source) throws IOException {
        for (Target target : targets) {
            switch (target) {
                case Target.Address(String text) -> address(text);
                case Target.Exactly(String user) -> user(user, false);
                case Target.File(String path) -> once(new Destination.File(path, rights, source));
                case Target.Command(String line) ->
                        once(new Destination.Program(line, rights, source));
                case Target.Include(String path) -> include(path, rights);
            }
        }
    }

    private void once(Destination destination) {
        if (names.add(destination.name())) {
            destinations.add(destination);
        }
    }

    private void address(String text) throws IOException {
        int at = text.lastIndexOf('@');
        String localPart = at < 0 ? text : text.substring(0, at);
        if (localPart.equalsIgnoreCase(order.self())
                && ours(at < 0 ? "" : text.substring(at + 1))) {
            user(localPart, order.source() == Source.ALIAS);
            return;
        }
        String complete = at < 0 ? text + "@" + config.origin() : text;
        switch (AddressParser.mailbox(complete)) {
            case Parsed.Address(Mailbox mailbox, int _) -> addresses.add(mailbox);
            case Parsed.Empty _, Parsed.Invalid _ ->
                    once(new Destination.Broken("no address: \"" + text + "\"", false));
        }
    }

    /** Whether a domain means this host, as the one that is expanded here does. */
    private boolean ours(String domain) {
        return domain.isEmpty()
                || domain.equalsIgnoreCase(config.hostname())
                || domain.equalsIgnoreCase(letter.mailbox().domain().text());
    }

    private void user(String name, boolean own) throws IOException {
        Optional<User> user = surroundings.users().byName(name);
        if (user.isEmpty()) {
            user = surroundings.users().byName(name.toLowerCase(Locale.ROOT));
        }
        if (user.isPresent()) {
            once(new Destination.OfUser(user.get(), own));
        } else if (!name.equalsIgnoreCase(order.self())) {
            once(new Destination.Broken("unknown user: \"" + name + "\"", false));
        } // else an alias that names itself among others is no user
    }

    /** An administrator's list is read as ourselves, and what it names has its owner's rights. */
    private void include(String path, User rights) throws IOException {
        if (!included.add(path)) {
            return;
        }
        if (included.size() > INCLUDES_MAX || !path.startsWith("/")) {
            once(new Destination.Broken("list that cannot be included: " + path, true));
            return;
        }
        Optional<OwnedFile> file;
        try {
            file =
                    order.source() == Source.ALIAS
                            ? OwnedFile.read(Path.of(path), Aliases.FILE_OCTETS_MAX)
                            : surroundings
                                    .identities()
                                    .read(rights, Path.of(path), Aliases.FILE_OCTETS_MAX);
        } catch (IOException unreadable) {
            once(new Destination.Broken("list cannot be read: " + unreadable.getMessage(), true));
            return;
        }
        if (file.isEmpty() || !file.get().regular() || file.get().worldWritable()) {
            String why =
                    file.isEmpty()
                            ? "does not exist"
                            : file.get().regular()
                                    ? "can be written by everybody"
                                    : "is no plain file";
            surroundings
                    .world()
                    .log()
                    .warning(LogLine.about("local").with("include", path).say(why));
            once(new Destination.Broken("list " + path + " " + why, true));
            return;
        }
        add(Aliases.listed(file.get().text()), rightsOf(file.get(), rights), Source.INCLUDE);
    }

    private User rightsOf(OwnedFile list, User rights) throws IOException {
        if (order.source() != Source.ALIAS || list.uid() == 0) {
            return rights;
        }
        return surroundings.users().byUid(list.uid()).orElse(rights);
    }
}

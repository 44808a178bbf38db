package postern.table;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The aliases file in the syntax of aliases(5): {@code name: target, target ...}; names do not
 * differ by case, a line that begins with white space continues the one before it, {@code #} begins
 * a comment line. Immutable.
 */
public final class Aliases {
    /** Longest file read, in octets: 100,000 members of a list fit many times over. */
    public static final int FILE_OCTETS_MAX = 16 << 20;

    public static final Aliases NONE = new Aliases(Map.of());

    /** What an alias stands for. */
    public sealed interface Target {
        /** An address; without a domain it is of this host. */
        record Address(String text) implements Target {}

        /** {@code \name}: that user's mailbox, whatever aliases say. */
        record Exactly(String user) implements Target {}

        /** {@code /file}: a mailbox file. */
        record File(String path) implements Target {}

        /** {@code |command}. */
        record Command(String command) implements Target {}

        /** {@code :include:/file}: a file that lists targets. */
        record Include(String path) implements Target {}
    }

    /** A line that is none, by number. */
    public record Problem(int line, String what) {}

    /** What was read; problems are reported and their lines left out. */
    public record Loaded(Aliases aliases, List<Problem> problems) {}

    /** An alias and the line where it begins. */
    private record Entry(List<Target> targets, int line) {}

    private static final Entry ABSENT = new Entry(List.of(), 0);

    private final Map<String, Entry> entries;

    private Aliases(Map<String, Entry> entries) {
        this.entries = entries;
    }

    /** What the name stands for; an empty list when it is no alias. */
    public List<Target> lookup(String name) {
        return entries.getOrDefault(name.toLowerCase(Locale.ROOT), ABSENT).targets;
    }

    /** Where an alias is written, for whoever asks why. */
    public String origin(String name) {
        return "aliases:" + entries.getOrDefault(name.toLowerCase(Locale.ROOT), ABSENT).line;
    }

    /**
     * The addresses that the name stands for, when it may be replaced by them before the message is
     * queued. Empty for all others, which local(8) expands as a whole: those with a file, a
     * command, a list or a {@code \\user} among their targets, those that name themselves, and
     * those whose failures go to an owner.
     */
    public List<String> addresses(String name) {
        List<Target> all = lookup(name);
        if (!lookup("owner-" + name).isEmpty()) {
            return List.of();
        }
        List<String> addresses = new ArrayList<>(all.size());
        for (Target target : all) {
            if (!(target instanceof Target.Address(String text)) || names(text, name)) {
                return List.of();
            }
            addresses.add(text);
        }
        return addresses;
    }

    /** Whether an address is that name, at whatever host: perhaps this one. */
    private static boolean names(String address, String name) {
        int at = address.lastIndexOf('@');
        return name.equalsIgnoreCase(at < 0 ? address : address.substring(0, at));
    }

    public static Loaded parse(String text) {
        Map<String, Entry> entries = new HashMap<>();
        List<Problem> problems = new ArrayList<>();
        int number = 0;
        int began = 0;
        StringBuilder logical = new StringBuilder();
        for (String line : text.split("\r?\n", -1)) {
            number++;
            boolean blank = line.isBlank() || line.stripLeading().startsWith("#");
            if (!blank && Character.isWhitespace(line.charAt(0)) && !logical.isEmpty()) {
                logical.append(' ').append(line.strip());
            } else if (!blank) {
                add(logical.toString(), began, entries, problems);
                logical.setLength(0);
                logical.append(line.strip());
                began = number;
            }
        }
        add(logical.toString(), began, entries, problems);
        return new Loaded(new Aliases(Map.copyOf(entries)), List.copyOf(problems));
    }

    private static void add(
            String line, int number, Map<String, Entry> entries, List<Problem> problems) {
        if (line.isEmpty()) {
            return;
        }
        int colon = colon(line);
        if (colon <= 0) {
            problems.add(new Problem(number, "no 'name:' before the targets"));
            return;
        }
        String name = unquoted(line.substring(0, colon).strip()).toLowerCase(Locale.ROOT);
        List<Target> list = targets(line.substring(colon + 1));
        if (name.isEmpty() || list.isEmpty()) {
            problems.add(new Problem(number, "alias without name or targets"));
        } else if (entries.putIfAbsent(name, new Entry(list, number)) != null) {
            problems.add(
                    new Problem(number, "alias '" + name + "' is defined twice; the first counts"));
        }
    }

    /** The colon that ends the name; quoted ones do not. */
    private static int colon(String line) {
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == ':' && !quoted) {
                return i;
            }
        }
        return -1;
    }

    /**
     * The targets of a list, as in an alias or in an included file: separated by commas, quoted
     * where they hold some. Comments in parentheses are left out, as in RFC 5322 §3.2.2.
     */
    public static List<Target> targets(String list) {
        List<Target> targets = new ArrayList<>();
        StringBuilder item = new StringBuilder();
        boolean quoted = false;
        boolean escaped = false;
        boolean comments = true;
        for (int i = 0; i <= list.length(); i++) {
            char c = i < list.length() ? list.charAt(i) : ',';
            if (escaped) {
                item.append(c);
                escaped = false;
            } else if (quoted && c == '\\') {
                escaped = true;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == '(' && !quoted && comments) {
                int end = commentEnd(list, i);
                comments = end > 0; // one without end makes the rest plain text: one look ahead
                if (comments) {
                    i = end;
                } else {
                    item.append(c);
                }
            } else if (c == ',' && (!quoted || i == list.length())) {
                target(item.toString().strip(), targets);
                item.setLength(0);
            } else {
                item.append(c);
            }
        }
        return List.copyOf(targets);
    }

    /** The parenthesis that ends the comment that begins there; -1 where none does. */
    private static int commentEnd(String list, int from) {
        int open = 0;
        for (int i = from; i < list.length(); i++) {
            char c = list.charAt(i);
            open += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (open == 0) {
                return i;
            }
            i += c == '\\' ? 1 : 0;
        }
        return -1;
    }

    private static void target(String item, List<Target> targets) {
        if (item.isEmpty()) {
            return;
        }
        if (item.startsWith("\\")) {
            targets.add(new Target.Exactly(item.substring(1)));
        } else if (item.startsWith("/")) {
            targets.add(new Target.File(item));
        } else if (item.startsWith("|")) {
            targets.add(new Target.Command(item.substring(1).strip()));
        } else if (item.startsWith(":include:")) {
            targets.add(new Target.Include(item.substring(":include:".length()).strip()));
        } else {
            targets.add(new Target.Address(bare(item)));
        }
    }

    /** The address of {@code Name <address>}. */
    private static String bare(String item) {
        int open = item.indexOf('<');
        return open >= 0 && item.endsWith(">")
                ? item.substring(open + 1, item.length() - 1).strip()
                : item;
    }

    /**
     * The targets that a file lists, as {@code :include:} and {@code .forward} have them: on lines
     * and between commas, lines that begin with {@code #} left out.
     */
    public static List<Target> listed(String text) {
        List<Target> targets = new ArrayList<>();
        for (String line : text.split("\\r?\\n", -1)) {
            if (!line.isBlank() && !line.stripLeading().startsWith("#")) {
                targets.addAll(targets(line.strip()));
            }
        }
        return targets;
    }

    private static String unquoted(String name) {
        return name.length() >= 2 && name.startsWith("\"") && name.endsWith("\"")
                ? name.substring(1, name.length() - 1)
                : name;
    }
}

package postern.sasl.password;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import postern.sasl.Prepared;

/**
 * A file of users and what is kept of their passwords. A line is {@code user:hash}, or several
 * hashes with a space between them, all of the same password; what follows a second colon is of no
 * account, so that files of Dovecot's passwd-file and of htpasswd can be read. Empty lines and
 * those that begin with {@code #} are skipped. Immutable; any thread.
 */
public final class PasswordFile {
    /** Bounds memory: some 100 octets for each. */
    public static final int ACCOUNTS_MAX = 1_000_000;

    private static final int PROBLEMS_MAX = 20;

    /** One user. */
    public record Account(String login, List<PasswordHash> hashes) {
        public Account {
            hashes = List.copyOf(hashes);
        }

        /** What is kept in that form. */
        public Optional<PasswordHash> in(Scheme scheme) {
            return hashes.stream().filter(hash -> hash.scheme() == scheme).findFirst();
        }
    }

    /** What is wrong with a line; it says nothing of what is in it. */
    public record Problem(int line, String what) {}

    /** An account, or what is wrong. */
    private sealed interface Parsed {
        record Good(Account account) implements Parsed {}

        record Bad(String what) implements Parsed {}
    }

    private final Map<String, Account> accounts;
    private final List<Account> all;
    private final Set<Scheme> common;
    private final List<Problem> problems;

    private PasswordFile(Map<String, Account> accounts, List<Problem> problems) {
        this.accounts = accounts;
        this.all = List.copyOf(accounts.values());
        this.common = common(all);
        this.problems = List.copyOf(problems);
    }

    /** Nobody. */
    public static final PasswordFile EMPTY = new PasswordFile(Map.of(), List.of());

    public static PasswordFile parse(String text) {
        Map<String, Account> accounts = new LinkedHashMap<>();
        List<Problem> problems = new ArrayList<>();
        int number = 0;
        for (String line : (Iterable<String>) text.lines()::iterator) {
            number++;
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            String wrong =
                    switch (parsed(line)) {
                        case Parsed.Bad(String what) -> what;
                        case Parsed.Good(Account account) ->
                                accounts.size() >= ACCOUNTS_MAX
                                        ? "more than " + ACCOUNTS_MAX + " users"
                                        : accounts.putIfAbsent(key(account.login()), account)
                                                        == null
                                                ? ""
                                                : "the user stands in the file already";
                    };
            if (!wrong.isEmpty() && problems.size() < PROBLEMS_MAX) {
                problems.add(new Problem(number, wrong));
            }
        }
        return new PasswordFile(accounts, problems);
    }

    private static Parsed parsed(String line) {
        int colon = line.indexOf(':');
        if (colon <= 0) {
            return new Parsed.Bad("not user:hash");
        }
        Optional<String> login = login(line.substring(0, colon));
        if (login.isEmpty()) {
            return new Parsed.Bad("not a user's name");
        }
        List<PasswordHash> hashes = new ArrayList<>();
        String fields = line.substring(colon + 1);
        for (String word : fields.substring(0, end(fields)).split(" +", -1)) {
            Optional<PasswordHash> hash = PasswordHash.parse(word);
            if (hash.isEmpty()) {
                return new Parsed.Bad(
                        "a hash of no known form: argon2id, bcrypt, sha512-crypt, scram-sha-256 or"
                                + " scram-sha-1");
            }
            hashes.add(hash.get());
        }
        return new Parsed.Good(new Account(login.get(), hashes));
    }

    /** Where the hashes end: SCRAM keys hold colons of their own, RFC 5803 §3. */
    private static int end(String fields) {
        int colons = 0;
        for (int i = 0; i < fields.length(); i++) {
            if (i == 0 || fields.charAt(i - 1) == ' ') {
                colons = fields.startsWith("SCRAM-", i) ? 2 : 0;
            }
            if (fields.charAt(i) == ':' && colons-- == 0) {
                return i;
            }
        }
        return fields.length();
    }

    /**
     * The text of a file with another line for that user: a new one at the end where there was
     * none, and what followed the hashes as it was.
     *
     * @param hashes with spaces between them; empty takes the user out
     */
    public static String changed(String text, String login, String hashes) {
        StringBuilder out = new StringBuilder(text.length() + 200);
        boolean found = false;
        for (String line : (Iterable<String>) text.lines()::iterator) {
            int colon = line.startsWith("#") ? -1 : line.indexOf(':');
            if (colon < 0 || !key(line.substring(0, colon)).equals(key(login))) {
                out.append(line).append('\n');
            } else if (!hashes.isEmpty()) {
                String fields = line.substring(colon + 1);
                out.append(line, 0, colon + 1).append(hashes);
                out.append(fields.substring(end(fields))).append('\n');
                found = true;
            }
        }
        if (!found && !hashes.isEmpty()) {
            out.append(login).append(':').append(hashes).append('\n');
        }
        return out.toString();
    }

    /** The name as it is kept; empty where it can be no user's. */
    public static Optional<String> login(String text) {
        boolean sound =
                !text.isEmpty()
                        && text.chars().noneMatch(c -> c <= ' ' || c == ':' || c == 0x7f)
                        && text.charAt(0) != '#';
        return sound ? Prepared.of(text) : Optional.empty();
    }

    /** Names are compared without regard to case: telephones like to begin with a capital. */
    private static String key(String login) {
        return login.toLowerCase(Locale.ROOT);
    }

    public Optional<Account> account(String user) {
        return Optional.ofNullable(accounts.get(key(user)));
    }

    /** In the order of the file. */
    public List<Account> all() {
        return all;
    }

    public int size() {
        return accounts.size();
    }

    public List<Problem> problems() {
        return problems;
    }

    /** Forms in which the password of every user is kept. */
    public Set<Scheme> common() {
        return common;
    }

    private static Set<Scheme> common(List<Account> all) {
        Set<Scheme> common = new TreeSet<>();
        for (Scheme scheme : Scheme.values()) {
            if (!all.isEmpty() && all.stream().allMatch(each -> each.in(scheme).isPresent())) {
                common.add(scheme);
            }
        }
        return Set.copyOf(common);
    }

    /** The most memory that checking one password takes. */
    public long memoryOctets() {
        return all.stream()
                .flatMap(each -> each.hashes().stream())
                .mapToLong(PasswordHash::memoryOctets)
                .max()
                .orElse(0);
    }
}

package postern.smtpd.access;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import postern.base.Bug;
import postern.config.Key;
import postern.config.Problem;
import postern.config.Section;
import postern.config.Settings;
import postern.mail.AddressParser;
import postern.mail.Mailbox;

/** {@code [[rule]]} of postern.toml. */
public final class RuleConfig {
    private static final String SINCE = "0.2";
    private static final long COUNT_MAX = 1_000_000;
    private static final int SCORE_MAX = 1_000;

    /** What can be written for {@code action}. */
    enum Kind {
        PERMIT,
        REJECT,
        DEFER,
        HOLD,
        REDIRECT,
        PREPEND,
        ADD_RECIPIENT,
        DISCARD,
        TARPIT,
        WARN
    }

    private static final Key<String> NAME =
            Key.text(
                            "name",
                            "no-strangers",
                            Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,63}"),
                            "a name of up to 64 letters, digits, dots and hyphens",
                            "What the log and postern explain call the rule.",
                            SINCE)
                    .required();
    private static final Key<Stage> STAGE =
            Key.choice(
                    "stage",
                    Stage.RCPT,
                    List.of(Stage.values()),
                    "When it is asked: before the greeting, at HELO, MAIL, RCPT (for each recipient that"
                            + " would be taken), DATA, or when the content has come.",
                    SINCE);
    private static final Key<List<NetworkPattern>> CLIENT =
            Key.parsedList(
                    "client",
                    List.of(),
                    "network, 192.0.2.0/24 or 2001:db8::/32, with ! in front to exclude it",
                    NetworkPattern::parse,
                    "write \"192.0.2.0/24\", or \"!192.0.2.0/24\" to exclude it, without host bits",
                    "Networks of clients.",
                    SINCE);
    private static final Key<List<String>> CLIENT_NAME =
            patterns(
                    "client_name",
                    "Names of clients, *.example.org and the like: what the address's name service entry"
                            + " says, where that name has the address too. \"<>\" is a client without such a"
                            + " name.");
    private static final Key<List<String>> LISTENER = patterns("listener", "Names of listeners.");
    private static final Key<List<String>> HELO =
            patterns("helo", "What clients call themselves at HELO or EHLO.");
    private static final Key<List<String>> TLS =
            patterns("tls", "TLS versions, \"TLSv1.2\"; \"<>\" is a session without TLS.");
    private static final Key<List<String>> FINGERPRINT =
            patterns(
                    "fingerprint",
                    "SHA-256 of client certificates, in hexadecimal digits; \"<>\" is a client without"
                            + " one.");
    private static final Key<List<String>> LOGIN =
            patterns(
                    "login",
                    "Who authenticated; \"*\" is anybody who did, \"<>\" one who did not.");
    private static final Key<List<String>> SENDER =
            patterns("sender", "Senders, *@example.org; \"<>\" is the sender of notices.");
    private static final Key<List<String>> RECIPIENT =
            patterns("recipient", "Recipients, *@example.org; at stage rcpt only.");
    private static final Key<Optional<Integer>> SCORE_AT_LEAST =
            number(
                    "score_at_least",
                    -SCORE_MAX,
                    SCORE_MAX,
                    "Sum of the weights of the lists that name the client ([[dns_list]]), or more.");
    private static final Key<Optional<Integer>> SCORE_BELOW =
            number(
                    "score_below",
                    -SCORE_MAX,
                    SCORE_MAX,
                    "The sum is less than this: a client that allow-lists know has a negative one.");
    private static final Key<Optional<Integer>> CONNECTIONS =
            rate("connections_at_least", "Connections");
    private static final Key<Optional<Integer>> MESSAGES = rate("messages_at_least", "Messages");
    private static final Key<Optional<Integer>> RECIPIENTS =
            rate("recipients_at_least", "Recipients");
    private static final Key<Optional<Boolean>> UNKNOWN_SENDER_DOMAIN =
            Key.bool(
                            "unknown_sender_domain",
                            true,
                            "Whether the sender's domain has neither mail hosts nor addresses.",
                            SINCE)
                    .optional();
    private static final Key<Kind> ACTION =
            Key.choice(
                            "action",
                            Kind.REJECT,
                            List.of(Kind.values()),
                            "What is done. permit, reject, defer and discard end the stage; after hold,"
                                    + " redirect, prepend, add-recipient, tarpit and warn later rules are asked"
                                    + " too. permit never opens relaying.",
                            SINCE)
                    .required();
    private static final Key<String> REPLY =
            Key.text(
                    "reply",
                    "",
                    "For reject and defer, what the client is told: \"554 5.7.1 Access denied\". The code,"
                            + " and the status where there is one, begin with 5 for reject and with 4 for"
                            + " defer; at stage connect reject is 521 or 554, and defer 421. Empty: 554 5.7.1"
                            + " or 450 4.7.1 (421 4.7.1 at connect).",
                    SINCE);
    private static final Key<String> TO =
            Key.text("to", "", "For redirect and add-recipient: the address.", SINCE);
    private static final Key<String> HEADER =
            Key.text("header", "", "For prepend: the field, \"X-Suspect: yes\".", SINCE);
    private static final Key<Duration> DELAY =
            Key.duration(
                    "delay",
                    "5s",
                    Duration.ofMillis(100),
                    Duration.ofMinutes(1),
                    "For tarpit: how long the reply waits.",
                    SINCE);

    /** {@code [[rule]]}. */
    public static final Section SECTION =
            Section.repeated(
                    "rule",
                    "Who may do what, by stage and in the order of the file: a rule applies when all its"
                            + " conditions hold. In lists, * stands for any characters, <> for nothing, and ! in"
                            + " front excludes. What cannot be told, as when no name server answers, does not"
                            + " hold. No rule opens relaying.",
                    List.of(
                            NAME,
                            STAGE,
                            CLIENT,
                            CLIENT_NAME,
                            LISTENER,
                            HELO,
                            TLS,
                            FINGERPRINT,
                            LOGIN,
                            SENDER,
                            RECIPIENT,
                            SCORE_AT_LEAST,
                            SCORE_BELOW,
                            CONNECTIONS,
                            MESSAGES,
                            RECIPIENTS,
                            UNKNOWN_SENDER_DOMAIN,
                            ACTION,
                            REPLY,
                            TO,
                            HEADER,
                            DELAY));

    private record TextKey(Key<List<String>> key, Facts.Field field) {}

    private static final List<TextKey> TEXTS =
            List.of(
                    new TextKey(LISTENER, Facts.Field.LISTENER),
                    new TextKey(HELO, Facts.Field.HELO),
                    new TextKey(TLS, Facts.Field.TLS),
                    new TextKey(FINGERPRINT, Facts.Field.FINGERPRINT),
                    new TextKey(LOGIN, Facts.Field.LOGIN),
                    new TextKey(SENDER, Facts.Field.SENDER),
                    new TextKey(RECIPIENT, Facts.Field.RECIPIENT),
                    new TextKey(CLIENT_NAME, Facts.Field.CLIENT_NAME)); // asks the name service

    private RuleConfig() {}

    /** The rules of settings that {@link #check} found to be right. */
    public static Rules read(Settings settings) {
        List<Rule> rules = new ArrayList<>();
        for (Settings.Group group : settings.each(SECTION)) {
            rules.add(
                    new Rule(
                            group.get(NAME),
                            group.origin(),
                            group.get(STAGE),
                            conditions(group),
                            action(group)));
        }
        return new Rules(rules);
    }

    /** In the order of their cost: what needs the name service comes last. */
    private static List<Condition> conditions(Settings.Group group) {
        List<Condition> all = new ArrayList<>();
        if (!group.get(CLIENT).isEmpty()) {
            all.add(new Condition.Client(group.get(CLIENT)));
        }
        for (TextKey each : TEXTS) {
            List<String> texts = group.get(each.key);
            if (!texts.isEmpty()) {
                all.add(new Condition.Text(each.key.name(), each.field, Patterns.of(texts)));
            }
        }
        atLeast(group, CONNECTIONS, Facts.Quantity.CONNECTIONS, all);
        atLeast(group, MESSAGES, Facts.Quantity.MESSAGES, all);
        atLeast(group, RECIPIENTS, Facts.Quantity.RECIPIENTS, all);
        atLeast(group, SCORE_AT_LEAST, Facts.Quantity.SCORE, all);
        group.get(SCORE_BELOW)
                .ifPresent(
                        limit ->
                                all.add(
                                        new Condition.Below(
                                                SCORE_BELOW.name(), Facts.Quantity.SCORE, limit)));
        group.get(UNKNOWN_SENDER_DOMAIN)
                .ifPresent(wanted -> all.add(new Condition.UnknownSenderDomain(wanted)));
        return all;
    }

    private static void atLeast(
            Settings.Group group,
            Key<Optional<Integer>> key,
            Facts.Quantity quantity,
            List<Condition> to) {
        group.get(key)
                .ifPresent(least -> to.add(new Condition.AtLeast(key.name(), quantity, least)));
    }

    private static Action action(Settings.Group group) {
        Stage stage = group.get(STAGE);
        return switch (group.get(ACTION)) {
            case PERMIT -> new Action.Permit();
            case REJECT -> new Action.Reject(RuleReply.of(group.get(REPLY), 5, stage));
            case DEFER -> new Action.Defer(RuleReply.of(group.get(REPLY), 4, stage));
            case HOLD -> new Action.Hold();
            case REDIRECT -> new Action.Redirect(mailbox(group.get(TO)));
            case PREPEND -> new Action.Prepend(group.get(HEADER));
            case ADD_RECIPIENT -> new Action.AddRecipient(mailbox(group.get(TO)));
            case DISCARD -> new Action.Discard();
            case TARPIT -> new Action.Tarpit(group.get(DELAY));
            case WARN -> new Action.Warn();
        };
    }

    private static Mailbox mailbox(String text) {
        return address(text).orElseThrow(() -> new Bug("an address was checked"));
    }

    private static Optional<Mailbox> address(String text) {
        return AddressParser.mailbox(text) instanceof AddressParser.Parsed.Address(Mailbox box, _)
                ? Optional.of(box)
                : Optional.empty();
    }

    /** What shows only when the keys of a rule are seen together. */
    public static List<Problem> check(Settings settings) {
        List<Problem> problems = new ArrayList<>();
        Map<String, String> names = new HashMap<>();
        for (Settings.Group group : settings.each(SECTION)) {
            String other = names.putIfAbsent(group.get(NAME), group.origin());
            if (other != null) {
                problems.add(
                        group.problem(
                                NAME,
                                "another rule is called \"" + group.get(NAME) + "\", at " + other,
                                "give each rule a name of its own"));
            }
            checkConditions(group, problems);
            checkAction(group, problems);
        }
        return problems;
    }

    private static void checkConditions(Settings.Group group, List<Problem> problems) {
        Stage stage = group.get(STAGE);
        for (TextKey each : TEXTS) {
            boolean early = stage.compareTo(each.field.first()) < 0;
            boolean late = each.field == Facts.Field.RECIPIENT && stage != Stage.RCPT;
            if (!group.get(each.key).isEmpty() && (early || late)) {
                problems.add(misplaced(group, each.key, each.field.first()));
            }
        }
        if (group.get(UNKNOWN_SENDER_DOMAIN).isPresent() && !stage.inTransaction()) {
            problems.add(misplaced(group, UNKNOWN_SENDER_DOMAIN, Stage.MAIL));
        }
    }

    private static Problem misplaced(Settings.Group group, Key<?> key, Stage first) {
        return group.problem(
                key,
                "\"" + key.name() + "\" is not known at stage " + group.get(STAGE).text(),
                "write stage = \"" + first.text() + "\" or leave it out");
    }

    private static void checkAction(Settings.Group group, List<Problem> problems) {
        Kind kind = group.get(ACTION);
        Stage stage = group.get(STAGE);
        boolean refusal = kind == Kind.REJECT || kind == Kind.DEFER;
        boolean addressed = kind == Kind.REDIRECT || kind == Kind.ADD_RECIPIENT;
        onlyFor(group, REPLY, refusal, "reject and defer", problems);
        onlyFor(group, TO, addressed, "redirect and add-recipient", problems);
        onlyFor(group, HEADER, kind == Kind.PREPEND, "prepend", problems);
        onlyFor(group, DELAY, kind == Kind.TARPIT, "tarpit", problems);
        if (refusal) {
            RuleReply.problem(group.get(REPLY), kind == Kind.REJECT ? 5 : 4, stage)
                    .ifPresent(
                            wrong ->
                                    problems.add(
                                            group.problem(REPLY, wrong.what(), wrong.remedy())));
        } else if (addressed && address(group.get(TO)).isEmpty()) {
            problems.add(
                    group.problem(
                            TO,
                            "\"" + group.get(TO) + "\" is no address",
                            "write to = \"postmaster@example.org\" or the like"));
        } else if (kind == Kind.PREPEND && !RuleHeader.valid(group.get(HEADER))) {
            problems.add(
                    group.problem(
                            HEADER,
                            "\"" + group.get(HEADER) + "\" is no header field",
                            "write header = \"Name: value\" in printable ASCII, "
                                    + RuleHeader.OCTETS_MAX
                                    + " octets at most"));
        } else if (!refusal
                && !stage.inTransaction()
                && (kind == Kind.HOLD
                        || kind == Kind.DISCARD
                        || kind == Kind.PREPEND
                        || addressed)) {
            problems.add(
                    group.problem(
                            ACTION,
                            "there is no message yet at stage " + stage.text(),
                            "write stage = \"mail\" or a later one"));
        }
    }

    private static void onlyFor(
            Settings.Group group, Key<?> key, boolean right, String actions, List<Problem> to) {
        if (group.stated(key) && !right) {
            to.add(
                    group.problem(
                            key,
                            "\"" + key.name() + "\" is for " + actions,
                            "leave it out, or write another action"));
        }
    }

    private static Key<List<String>> patterns(String name, String doc) {
        return Key.parsedList(
                name,
                List.of(),
                "text with * for any characters",
                RuleConfig::pattern,
                "write a text of 1 to " + Patterns.CHARS_MAX + " characters; <> stands for nothing",
                doc,
                SINCE);
    }

    private static String pattern(String text) {
        int length = text.startsWith("!") ? text.length() - 1 : text.length();
        if (length == 0 || length > Patterns.CHARS_MAX) {
            throw new IllegalArgumentException("is empty or too long");
        }
        return text;
    }

    private static Key<Optional<Integer>> number(String name, int min, int max, String doc) {
        return Key.integer(name, 3, min, max, doc, SINCE).optional();
    }

    private static Key<Optional<Integer>> rate(String name, String what) {
        return Key.integer(
                        name,
                        100,
                        1,
                        (int) COUNT_MAX,
                        what
                                + " of the client's network in the current interval of [anvil], this one"
                                + " included, are so many or more.",
                        SINCE)
                .optional();
    }
}

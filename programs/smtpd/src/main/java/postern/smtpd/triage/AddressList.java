package postern.smtpd.triage;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import postern.config.Cidr;
import postern.config.Key;
import postern.config.Problem;
import postern.config.Section;
import postern.config.Settings;

/**
 * A list of addresses that is asked through the name service: RFC 5782 §2.
 *
 * @param zone below which addresses stand
 * @param weight what an entry adds to a client's score; less than nothing for lists of good clients
 * @param answers which answers count; a list may tell several things by them
 */
public record AddressList(String zone, int weight, List<Cidr> answers) {
    private static final String SINCE = "0.2";
    private static final int WEIGHT_MAX = 100;

    /** Lists at most: each may cost a question for each client. */
    static final int LISTS_MAX = 32;

    private static final Key<String> ZONE =
            Key.text(
                            "zone",
                            "dnsbl.example.org",
                            Pattern.compile("[A-Za-z0-9_-]{1,63}(\\.[A-Za-z0-9_-]{1,63}){0,20}"),
                            "a domain name",
                            "The list's domain, below which addresses are asked (Postfix:"
                                    + " postscreen_dnsbl_sites).",
                            SINCE)
                    .required();
    private static final Key<Integer> WEIGHT =
            Key.integer(
                    "weight",
                    1,
                    -WEIGHT_MAX,
                    WEIGHT_MAX,
                    "What an entry adds to the client's score; negative for a list of good clients.",
                    SINCE);
    private static final Key<List<Cidr>> ANSWERS =
            Key.networks(
                    "answers",
                    List.of("127.0.0.0/8"),
                    "Which answers count: a list tells by them why it names an address. Answers outside"
                            + " of 127.0.0.0/8, as of a domain that was sold, are best left out.",
                    SINCE);

    /** {@code [[dns_list]]}. */
    public static final Section SECTION =
            Section.repeated(
                    "dns_list",
                    "Lists of addresses asked through the name service (RFC 5782). The weights of all that"
                            + " name a client are its score, for [triage] and for rules.",
                    List.of(ZONE, WEIGHT, ANSWERS));

    public AddressList {
        answers = List.copyOf(answers);
    }

    public static List<AddressList> read(Settings settings) {
        List<AddressList> lists = new ArrayList<>();
        for (Settings.Group group : settings.each(SECTION)) {
            lists.add(new AddressList(group.get(ZONE), group.get(WEIGHT), group.get(ANSWERS)));
        }
        return lists;
    }

    /** Each list once, and not too many. */
    public static List<Problem> check(Settings settings) {
        List<Problem> problems = new ArrayList<>();
        Set<String> zones = new HashSet<>();
        for (Settings.Group group : settings.each(SECTION)) {
            String zone = group.get(ZONE);
            if (!zones.add(zone.toLowerCase(Locale.ROOT))) {
                problems.add(
                        group.problem(
                                ZONE,
                                "the list \"" + zone + "\" is there already",
                                "remove one of them, and add their weights"));
            } else if (zones.size() == LISTS_MAX + 1) {
                problems.add(
                        group.problem(
                                ZONE,
                                "there are more than " + LISTS_MAX + " lists",
                                "remove some: each costs a question for each client"));
            }
        }
        return problems;
    }
}

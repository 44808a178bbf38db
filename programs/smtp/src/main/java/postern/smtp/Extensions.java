package postern.smtp;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import postern.wire.Reply;

/**
 * What a host's EHLO reply offers: RFC 5321 §4.1.1.1.
 *
 * @param keywords upper case, without parameters
 * @param octetsMax longest message taken: RFC 1870; zero when it does not say
 * @param recipientsMax of one message, RFC 9422 RCPTMAX; {@link Integer#MAX_VALUE} when it does not
 *     say
 * @param domainsMax different ones of recipients over one connection, RFC 9422 RCPTDOMAINMAX;
 *     likewise
 * @param messagesMax begun over one connection, RFC 9422 MAILMAX; likewise
 * @param secondsMin shortest deadline taken: RFC 2852 §3; zero when it does not say
 * @param mechanisms of AUTH, upper case: RFC 4954 §3
 * @param forwarded attributes of XFORWARD, upper case
 */
record Extensions(
        Set<String> keywords,
        long octetsMax,
        int recipientsMax,
        int domainsMax,
        int messagesMax,
        long secondsMin,
        List<String> mechanisms,
        Set<String> forwarded) {
    static final Extensions NONE =
            new Extensions(
                    Set.of(),
                    0,
                    Integer.MAX_VALUE,
                    Integer.MAX_VALUE,
                    Integer.MAX_VALUE,
                    0,
                    List.of(),
                    Set.of());

    Extensions {
        keywords = Set.copyOf(keywords);
        mechanisms = List.copyOf(mechanisms);
        forwarded = Set.copyOf(forwarded);
    }

    static Extensions parse(Reply ehlo) {
        Set<String> keywords = new HashSet<>();
        long octetsMax = 0;
        int recipientsMax = Integer.MAX_VALUE;
        int domainsMax = Integer.MAX_VALUE;
        int messagesMax = Integer.MAX_VALUE;
        long secondsMin = 0;
        List<String> mechanisms = new ArrayList<>();
        Set<String> forwarded = new HashSet<>();
        List<String> lines = ehlo.lines();
        for (String line : lines.subList(1, lines.size())) { // the first is the greeting
            int space = line.indexOf(' ');
            String keyword = (space < 0 ? line : line.substring(0, space)).toUpperCase(Locale.ROOT);
            String rest = space < 0 ? "" : line.substring(space + 1).strip();
            keywords.add(keyword);
            switch (keyword) {
                case "SIZE" -> octetsMax = number(rest);
                case "AUTH" ->
                        mechanisms.addAll(List.of(rest.toUpperCase(Locale.ROOT).split(" +", -1)));
                case "XFORWARD" ->
                        forwarded.addAll(List.of(rest.toUpperCase(Locale.ROOT).split(" +", -1)));
                case "DELIVERBY" -> secondsMin = number(rest);
                case "LIMITS" -> {
                    recipientsMax = limit(rest, "RCPTMAX=");
                    domainsMax = limit(rest, "RCPTDOMAINMAX=");
                    messagesMax = limit(rest, "MAILMAX=");
                }
                default -> {}
            }
        }
        return new Extensions(
                keywords,
                octetsMax,
                recipientsMax,
                domainsMax,
                messagesMax,
                secondsMin,
                mechanisms,
                forwarded);
    }

    boolean offers(String keyword) {
        return keywords.contains(keyword);
    }

    /** RFC 9422 §3: {@code NAME=value}, separated by spaces; what is no limit is none. */
    private static int limit(String limits, String name) {
        for (String limit : limits.toUpperCase(Locale.ROOT).split(" +", -1)) {
            if (limit.startsWith(name)) {
                long value = number(limit.substring(name.length()));
                return value == 0 ? Integer.MAX_VALUE : (int) Math.min(Integer.MAX_VALUE, value);
            }
        }
        return Integer.MAX_VALUE;
    }

    /** Zero, which is no limit, for what is no number. */
    private static long number(String text) {
        try {
            return text.length() > 20
                    ? 0
                    : Math.max(0, Long.parseLong(text)); // RFC 1870 §4: 20 digits
        } catch (NumberFormatException _) {
            return 0;
        }
    }
}

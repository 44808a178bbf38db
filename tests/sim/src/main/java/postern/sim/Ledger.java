package postern.sim;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What was promised and what came of it, as the outside saw it: clients tell what they were
 * answered, hosts and mailboxes what arrived. What the programs say of themselves counts for
 * nothing.
 */
final class Ledger {
    /**
     * A process that died so long after an arrival may have forgotten it: the duplicate's window.
     */
    private static final Duration WINDOW = Duration.ofMinutes(5);

    /**
     * So long before an arrival the attempt that led to it may have begun. When the queue died in
     * the meantime, nobody was left to record it.
     */
    private static final Duration ATTEMPT = Duration.ofMinutes(30);

    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final List<Duration> deaths = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();
    private String gone = "[none]";
    private int duplicates;

    /** What a client knows of a letter. */
    enum Answer {
        /** It was never sent whole: it must not arrive. */
        UNSENT,
        /** Sent, and no clear answer: it may arrive. */
        UNCLEAR,
        /** 250: it must arrive. */
        TAKEN,
        /** 5xx: it must not arrive. */
        REFUSED
    }

    /**
     * One copy for one recipient.
     *
     * @param sure whether the taker knows that its 250 was heard
     */
    private record Arrival(Duration at, boolean sure) {}

    private static final class Entry {
        final Letter letter;
        final Set<String> accepted = new LinkedHashSet<>();
        final Map<String, List<Arrival>> arrivals = new HashMap<>();
        final Map<String, List<Duration>> notices = new HashMap<>();
        Answer answer = Answer.UNSENT;

        Entry(Letter letter) {
            this.letter = letter;
        }

        boolean settled(String recipient, boolean hopeless) {
            return arrivals.containsKey(recipient)
                    || notices.containsKey(recipient)
                    || hopeless && letter.sender().isEmpty(); // RFC 5321 §4.5.5
        }
    }

    /** The domain whose host never answers: what goes there comes back in the end. */
    void gone(String domain) {
        gone = domain;
    }

    private boolean hopeless(String recipient) {
        return doomed(recipient) || recipient.endsWith("@" + gone);
    }

    /** Whether the recipient is one that its host always refuses. */
    static boolean doomed(String recipient) {
        return recipient.startsWith("no-");
    }

    void begun(Letter letter) {
        entries.put(letter.id(), new Entry(letter));
    }

    /** The server answered 250 to RCPT. */
    void accepted(Letter letter, String recipient) {
        entry(letter.id()).accepted.add(recipient);
    }

    void answered(Letter letter, Answer answer) {
        entry(letter.id()).answer = answer;
    }

    void died(Duration at) {
        deaths.add(at);
    }

    /** A copy arrived: the taker took it, whether or not that was heard. */
    Receipt arrived(String recipient, byte[] octets, Duration at) {
        String id = idOf(octets);
        Entry entry = entries.get(id);
        if (entry == null) {
            violations.add("invented: unknown message " + id + " for " + recipient);
            return () -> {};
        }
        if (!endsWith(octets, entry.letter.octets())) {
            violations.add(
                    "changed: " + id + " for " + recipient + ": " + difference(octets, entry));
        }
        List<Arrival> arrivals = entry.arrivals.computeIfAbsent(recipient, _ -> new ArrayList<>());
        arrivals.add(new Arrival(at, false));
        int index = arrivals.size() - 1;
        return () -> arrivals.set(index, new Arrival(at, true));
    }

    /** Told when it is known that the 250 was heard. */
    interface Receipt {
        void heard();
    }

    /** A notice of failure about a recipient arrived at the sender's. */
    void noticed(String id, String to, String recipient, Duration at) {
        Entry entry = entries.get(id);
        if (entry == null) {
            violations.add("invented: notice about unknown message " + id);
            return;
        }
        if (!to.equals(entry.letter.sender())) {
            violations.add("misdirected: notice about " + id + " went to " + to);
        }
        entry.notices.computeIfAbsent(recipient, _ -> new ArrayList<>()).add(at);
    }

    /** Whether every promise is kept by now. */
    boolean settled() {
        for (Entry entry : entries.values()) {
            if (entry.answer == Answer.TAKEN) {
                for (String recipient : entry.accepted) {
                    if (!entry.settled(recipient, hopeless(recipient))) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    /** What is wrong now, at the end. */
    List<String> check() {
        List<String> wrong = new ArrayList<>(violations);
        duplicates = 0;
        for (Entry entry : entries.values()) {
            String id = entry.letter.id();
            Set<String> known = new TreeSet<>(entry.arrivals.keySet());
            known.addAll(entry.notices.keySet());
            for (String recipient : known) {
                if (!entry.accepted.contains(recipient)) {
                    wrong.add("invented: recipient " + recipient + " of " + id);
                }
                if (entry.answer == Answer.UNSENT || entry.answer == Answer.REFUSED) {
                    wrong.add(
                            "invented: " + id + " for " + recipient + " although " + entry.answer);
                }
                if (entry.notices.containsKey(recipient) && !hopeless(recipient)) {
                    wrong.add("bounced on confusion: " + id + " for " + recipient);
                }
                repeated(entry, recipient, wrong);
            }
            if (entry.answer == Answer.TAKEN) {
                for (String recipient : entry.accepted) {
                    if (!entry.settled(recipient, hopeless(recipient))) {
                        wrong.add("lost: " + id + " for " + recipient);
                    }
                }
            }
        }
        return wrong;
    }

    /** Duplicates whose window was hit; the others are violations. */
    int duplicates() {
        return duplicates;
    }

    int deaths() {
        return deaths.size();
    }

    long taken() {
        return entries.values().stream().filter(e -> e.answer == Answer.TAKEN).count();
    }

    long arrivals() {
        return entries.values().stream()
                .flatMap(entry -> entry.arrivals.values().stream())
                .mapToLong(List::size)
                .sum();
    }

    long notices() {
        return entries.values().stream()
                .flatMap(entry -> entry.notices.values().stream())
                .mapToLong(List::size)
                .sum();
    }

    private void repeated(Entry entry, String recipient, List<String> wrong) {
        List<Arrival> arrivals = entry.arrivals.getOrDefault(recipient, List.of());
        for (int i = 1; i < arrivals.size(); i++) {
            duplicates++;
            Arrival before = arrivals.get(i - 1);
            if (before.sure && !diedNear(before.at)) {
                wrong.add(
                        "duplicate without a cause: %s for %s at %s and %s"
                                .formatted(
                                        entry.letter.id(),
                                        recipient,
                                        before.at,
                                        arrivals.get(i).at));
            }
        }
    }

    private boolean diedNear(Duration arrival) {
        Duration from = arrival.minus(ATTEMPT);
        Duration until = arrival.plus(WINDOW);
        return deaths.stream().anyMatch(d -> d.compareTo(from) >= 0 && d.compareTo(until) <= 0);
    }

    private Entry entry(String id) {
        Entry entry = entries.get(id);
        if (entry == null) {
            throw new IllegalStateException("nobody wrote letter " + id);
        }
        return entry;
    }

    /**
     * The id in the header, however many fields stand before it; a text in brackets without one.
     */
    static String idOf(byte[] octets) {
        String text = new String(octets, StandardCharsets.ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        String header = "\r\n" + (end < 0 ? text : text.substring(0, end + 2));
        int at = header.indexOf("\r\n" + Letter.FIELD);
        if (at < 0) {
            return "[none]";
        }
        int from = at + 2 + Letter.FIELD.length();
        return header.substring(from, header.indexOf("\r\n", from));
    }

    private static boolean endsWith(byte[] octets, byte[] tail) {
        return octets.length >= tail.length
                && Arrays.equals(
                        octets, octets.length - tail.length, octets.length, tail, 0, tail.length);
    }

    private static String difference(byte[] octets, Entry entry) {
        return "%d octets sent, %d arrived".formatted(entry.letter.octets().length, octets.length);
    }
}

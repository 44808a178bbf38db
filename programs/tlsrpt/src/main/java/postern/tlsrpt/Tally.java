package postern.tlsrpt;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The sessions of one day, counted by domain, policy and failure: RFC 8460 §4.3, §4.4. Bounded:
 * what finds no room is counted as lost. One task only.
 */
final class Tally {
    /** Domains that have asked for reports and that mail goes to in a day. */
    static final int DOMAINS_MAX = 10_000;

    /**
     * Policies of a domain in a day: each change makes another, and so does each host with TLSA.
     */
    static final int POLICIES_MAX = 20;

    /** Failures of a policy that are told apart; further ones are only counted. */
    static final int FAILURES_MAX = 100;

    /** All of it in memory, roughly: the texts come from strangers. */
    static final int OCTETS_MAX = 16 * 1024 * 1024;

    /** Roughly what a map's entry takes. */
    private static final int ENTRY_OCTETS = 150;

    private final Map<String, Map<Policy, Counts>> domains = new TreeMap<>();
    private long octets;
    private long lost;

    /** What was counted under one policy. */
    static final class Counts {
        private long successes;
        private long failed;
        private final Map<Failure, Long> failures = new LinkedHashMap<>();

        long successes() {
            return successes;
        }

        /** Sessions; one of them may have several failures. */
        long failed() {
            return failed;
        }

        Map<Failure, Long> failures() {
            return failures;
        }
    }

    void add(Session session) {
        Counts counts = counts(session.domain(), session.policy());
        if (counts == null) {
            lost++;
            return;
        }
        if (session.failures().isEmpty()) {
            counts.successes++;
        } else {
            counts.failed++;
            session.failures().forEach(each -> count(counts, each, 1));
        }
    }

    /** Adds what another process counted. */
    void add(Tally other) {
        lost += other.lost;
        other.domains.forEach(
                (domain, policies) ->
                        policies.forEach(
                                (policy, theirs) -> {
                                    Counts counts = counts(domain, policy);
                                    if (counts == null) {
                                        lost += theirs.successes + theirs.failed;
                                    } else {
                                        counts.successes += theirs.successes;
                                        counts.failed += theirs.failed;
                                        theirs.failures.forEach((f, n) -> count(counts, f, n));
                                    }
                                }));
    }

    private void count(Counts counts, Failure failure, long times) {
        Long before = counts.failures.get(failure);
        if (before != null) {
            counts.failures.put(failure, before + times);
        } else if (counts.failures.size() < FAILURES_MAX
                && octets + failure.octets() <= OCTETS_MAX) {
            counts.failures.put(failure, times);
            octets += failure.octets();
        }
    }

    private @org.jspecify.annotations.Nullable Counts counts(String domain, Policy policy) {
        Map<Policy, Counts> policies = domains.get(domain);
        Counts counts = policies == null ? null : policies.get(policy);
        if (counts != null) {
            return counts;
        }
        int more = ENTRY_OCTETS + 2 * domain.length();
        for (List<String> texts : List.of(policy.strings(), policy.mxHosts())) {
            more += texts.stream().mapToInt(text -> ENTRY_OCTETS + 2 * text.length()).sum();
        }
        if (policies == null && domains.size() >= DOMAINS_MAX
                || policies != null && policies.size() >= POLICIES_MAX
                || octets + more > OCTETS_MAX) {
            return null;
        }
        octets += more;
        Counts fresh = new Counts();
        domains.computeIfAbsent(domain, _ -> new LinkedHashMap<>()).put(policy, fresh);
        return fresh;
    }

    /** By domain, in the order of their names. */
    Map<String, Map<Policy, Counts>> domains() {
        return domains;
    }

    boolean empty() {
        return domains.isEmpty();
    }

    /** Sessions that found no room. */
    long lost() {
        return lost;
    }

    /** As lines of a file: what {@link #decode} reads. */
    List<String> encode() {
        List<String> lines = new ArrayList<>();
        domains.forEach(
                (domain, policies) ->
                        policies.forEach(
                                (policy, counts) -> {
                                    List<String> fields = new ArrayList<>();
                                    fields.add("policy");
                                    fields.add(domain);
                                    fields.add(policy.type().name());
                                    fields.add(Long.toString(counts.successes));
                                    fields.add(Long.toString(counts.failed));
                                    fields.add(Integer.toString(policy.strings().size()));
                                    fields.addAll(policy.strings());
                                    fields.addAll(policy.mxHosts());
                                    lines.add(Fields.line(fields));
                                    counts.failures.forEach((f, n) -> lines.add(line(f, n)));
                                }));
        return lines;
    }

    private static String line(Failure failure, long times) {
        return Fields.line(
                List.of(
                        "failure",
                        Long.toString(times),
                        failure.type(),
                        failure.sendingIp(),
                        failure.mxHost(),
                        failure.mxHelo(),
                        failure.receivingIp(),
                        failure.reason()));
    }

    /**
     * @throws IllegalArgumentException these are no such lines
     */
    static Tally decode(List<String> lines) {
        Tally tally = new Tally();
        Counts counts = new Counts();
        for (String line : lines) {
            List<String> fields = Fields.of(line);
            if (fields.getFirst().equals("policy") && fields.size() >= 6) {
                int strings = Integer.parseInt(fields.get(5));
                var policy =
                        new Policy(
                                Policy.Type.valueOf(fields.get(2)),
                                part(fields, 6, 6 + strings),
                                part(fields, 6 + strings, fields.size()));
                Counts found = tally.counts(fields.get(1), policy);
                if (found == null) {
                    throw new IllegalArgumentException("more than may be counted");
                }
                counts = found;
                counts.successes = Long.parseLong(fields.get(3));
                counts.failed = Long.parseLong(fields.get(4));
            } else if (fields.getFirst().equals("failure") && fields.size() == 8) {
                var failure =
                        new Failure(
                                fields.get(2),
                                fields.get(3),
                                fields.get(4),
                                fields.get(5),
                                fields.get(6),
                                fields.get(7));
                tally.count(counts, failure, Long.parseLong(fields.get(1)));
            } else {
                throw new IllegalArgumentException("no line of a tally");
            }
        }
        return tally;
    }

    private static List<String> part(List<String> fields, int from, int to) {
        if (from > to || to > fields.size()) {
            throw new IllegalArgumentException("no line of a tally");
        }
        return fields.subList(from, to);
    }
}

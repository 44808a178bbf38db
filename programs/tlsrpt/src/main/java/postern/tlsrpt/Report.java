package postern.tlsrpt;

import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import postern.base.Json;
import postern.mail.Mailbox;

/**
 * A report on one domain and one day: RFC 8460 §4.4.
 *
 * @param json as it is sent
 */
record Report(LocalDate day, String domain, String json) {

    /** Who reports. */
    record Reporter(String organization, Mailbox contact, String hostname) {
        /** RFC 8460 §5.3: the domain of the contact is that of the submitter. */
        String domain() {
            return contact.domain().text();
        }
    }

    static Report of(
            Reporter reporter, LocalDate day, String domain, Map<Policy, Tally.Counts> counts) {
        Map<String, Object> range = new LinkedHashMap<>();
        range.put("start-datetime", day + "T00:00:00Z"); // RFC 8460 §4.1: a full day of UTC
        range.put("end-datetime", day + "T23:59:59Z");
        List<Object> policies = new ArrayList<>();
        counts.forEach((policy, each) -> policies.add(policy(domain, policy, each)));
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("organization-name", reporter.organization());
        all.put("date-range", range);
        all.put("contact-info", reporter.contact().toString());
        all.put("report-id", id(day, domain, reporter));
        all.put("policies", policies);
        return new Report(day, domain, Json.of(all));
    }

    private static Map<String, Object> policy(String domain, Policy policy, Tally.Counts counts) {
        Map<String, Object> applied = new LinkedHashMap<>();
        applied.put("policy-type", policy.type().word());
        if (!policy.strings().isEmpty()) {
            applied.put("policy-string", policy.strings());
        }
        applied.put("policy-domain", domain);
        if (!policy.mxHosts().isEmpty()) {
            applied.put("mx-host", policy.mxHosts());
        }
        Map<String, Object> summary = new LinkedHashMap<>();
        summary.put("total-successful-session-count", counts.successes());
        summary.put("total-failure-session-count", counts.failed());
        List<Object> failures = new ArrayList<>();
        counts.failures().forEach((failure, times) -> failures.add(failure(failure, times)));
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("policy", applied);
        all.put("summary", summary);
        if (!failures.isEmpty()) {
            all.put("failure-details", failures);
        }
        return all;
    }

    private static Map<String, Object> failure(Failure failure, long times) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("result-type", failure.type());
        stated(all, "sending-mta-ip", failure.sendingIp());
        stated(all, "receiving-mx-hostname", failure.mxHost());
        stated(all, "receiving-mx-helo", failure.mxHelo());
        stated(all, "receiving-ip", failure.receivingIp());
        all.put("failed-session-count", times);
        stated(all, "failure-reason-code", failure.reason());
        return all;
    }

    private static void stated(Map<String, Object> all, String name, String text) {
        if (!text.isEmpty()) {
            all.put(name, text);
        }
    }

    /** The same for each attempt, so that a copy is known as one: RFC 8460 §5.3. */
    static String id(LocalDate day, String domain, Reporter reporter) {
        return day + "." + domain + "@" + reporter.hostname();
    }

    /** RFC 8460 §5.1. */
    static String fileName(LocalDate day, String domain, Reporter reporter) {
        return reporter.domain()
                + "!"
                + domain
                + "!"
                + day.toEpochSecond(LocalTime.MIN, ZoneOffset.UTC)
                + "!"
                + day.toEpochSecond(LocalTime.of(23, 59, 59), ZoneOffset.UTC)
                + ".json.gz";
    }
}

package postern.tlsrpt;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import postern.base.LogLine;
import postern.base.World;
import postern.dns.Resolver;
import postern.dns.Resolver.Answer;
import postern.http.Exchange;
import postern.http.HttpsClient;
import postern.http.HttpsUrl;
import postern.http.Response;
import postern.mail.Mailbox;
import postern.tlsrpt.Folder.Saved;
import postern.tlsrpt.Report.Reporter;
import postern.tlsrpt.ReportAddresses.Address;

/** Makes the reports of days that are over, and sends them until they are taken. One task only. */
final class Dispatcher {
    /** RFC 8460 §4.1: reports of all the world do not come at midnight. */
    private static final int DELAY_SECONDS_MAX = 14_400;

    /** By then every process has written down what it counted before midnight. */
    private static final int DELAY_SECONDS_MIN = 300;

    private static final Duration ROUND = Duration.ofMinutes(1);

    private static final HttpsClient.Bounds POST =
            new HttpsClient.Bounds(Duration.ofSeconds(60), 64 * 1024);

    private static final String MEDIA_TYPE = "application/tlsrpt+gzip";

    private final World world;
    private final TlsReportConfig config;
    private final Reporter reporter;
    private final Resolver resolver;
    private final HttpsClient client;
    private final Submission submission;
    private final Folder folder;
    private final Duration delay;
    private boolean alone;

    /**
     * @param hostname ours
     */
    Dispatcher(
            World world,
            TlsReportConfig config,
            String hostname,
            Resolver resolver,
            HttpsClient client,
            Submission submission,
            Folder folder) {
        this.world = world;
        this.config = config;
        this.reporter = new Reporter(config.organization(), config.contact(), hostname);
        this.resolver = resolver;
        this.client = client;
        this.submission = submission;
        this.folder = folder;
        this.delay =
                Duration.ofSeconds(
                        world.random().nextInt(DELAY_SECONDS_MIN, DELAY_SECONDS_MAX + 1));
    }

    void run() {
        while (true) {
            try {
                alone = alone || folder.lock();
                if (alone) {
                    round();
                }
            } catch (IOException failed) {
                world.log()
                        .warning(
                                LogLine.about("tlsrpt")
                                        .with("error", failed.getMessage())
                                        .say("cannot make reports now"));
            }
            world.clock().sleep(ROUND);
        }
    }

    private void round() throws IOException {
        Map<LocalDate, List<Saved>> over = new TreeMap<>();
        LocalDate last = LocalDate.ofInstant(world.clock().now().minus(delay), ZoneOffset.UTC);
        for (Saved saved : folder.tallies()) {
            if (saved.day().isBefore(last)) {
                over.computeIfAbsent(saved.day(), _ -> new ArrayList<>()).add(saved);
            }
        }
        for (Map.Entry<LocalDate, List<Saved>> each : over.entrySet()) {
            prepare(each.getKey(), each.getValue());
        }
        for (Pending pending : folder.reports()) {
            if (!world.clock().now().isBefore(pending.next())) {
                send(pending);
            }
        }
    }

    /** A crash here makes the same reports again, under the same names. */
    private void prepare(LocalDate day, List<Saved> parts) throws IOException {
        Tally all = new Tally();
        List<Saved> read = new ArrayList<>();
        for (Saved part : parts) {
            Optional<Tally> tally = folder.tally(part);
            if (tally.isPresent()) {
                all.add(tally.get());
                read.add(part);
            }
        }
        Instant now = world.clock().now();
        for (Map.Entry<String, Map<Policy, Tally.Counts>> each : all.domains().entrySet()) {
            Report report = Report.of(reporter, day, each.getKey(), each.getValue());
            folder.save(new Pending(report, List.of(), now, now, 0));
        }
        for (Saved part : read) {
            folder.delete(part);
        }
    }

    private void send(Pending pending) throws IOException {
        Instant now = world.clock().now();
        boolean last = pending.givenUp(now);
        List<Address> addresses = pending.left();
        if (addresses.isEmpty()) { // it is the first attempt, or nobody could say where
            switch (resolver.texts(ReportAddresses.LABELS + pending.report().domain())) {
                case Answer.Found<List<String>>(List<String> texts, _) ->
                        addresses = ReportAddresses.among(texts);
                case Answer.NoSuchName<List<String>> _, Answer.Empty<List<String>> _ -> {}
                case Answer.Temporary<List<String>>(_, String reason) -> {
                    tell(pending, "unknown", Optional.of(reason), last);
                    settle(pending, List.of(), last, now);
                    return;
                }
            }
        }
        List<Address> still = new ArrayList<>();
        for (Address address : addresses) {
            Optional<String> refusal = send(pending.report(), address);
            refusal.ifPresent(_ -> still.add(address));
            tell(pending, address.text(), refusal, last);
        }
        settle(pending, still, last || still.isEmpty(), now);
    }

    private void settle(Pending pending, List<Address> still, boolean over, Instant now)
            throws IOException {
        if (over) {
            folder.delete(pending);
        } else {
            folder.save(pending.after(still, now));
        }
    }

    private void tell(Pending pending, String to, Optional<String> refusal, boolean last) {
        LogLine line =
                LogLine.about("tlsrpt")
                        .with("domain", pending.report().domain())
                        .with("day", pending.report().day())
                        .with("to", to);
        if (refusal.isEmpty()) {
            world.log().info(line.with("status", "sent"));
        } else if (last) {
            world.log().warning(line.with("status", "given-up").say(refusal.get()));
        } else {
            world.log().info(line.with("status", "deferred").say(refusal.get()));
        }
    }

    /** Why it was not taken; empty when it was. */
    private Optional<String> send(Report report, Address address) {
        return switch (address) {
            case Address.Mail(Mailbox mailbox) ->
                    submission.send(
                            config.sender(),
                            mailbox,
                            ReportMail.message(
                                    report, reporter, config.from(), mailbox, world.clock().now()));
            case Address.Web(HttpsUrl url) -> {
                byte[] packed = ReportMail.compressed(report.json());
                yield switch (client.post(url, MEDIA_TYPE, packed, POST)) {
                    case Exchange.Answered(Response response) ->
                            response.successful()
                                    ? Optional.empty()
                                    : Optional.of("the server answers " + response.status());
                    case Exchange.Failed(_, String why) -> Optional.of(why);
                };
            }
        };
    }
}

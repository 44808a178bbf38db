package postern.smtpd;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import postern.wire.Reply;
import postern.wire.SmtpCommand.Greeting;
import postern.wire.Wishes.Extension;

/**
 * What is offered to whom: an extension is announced where it can be used and nowhere else. Any
 * thread.
 */
final class Offers {
    private final SmtpdConfig config;
    private final Canned helo;
    private final Map<Standing, Canned> ehlo = new ConcurrentHashMap<>(); // few standings exist

    Offers(SmtpdConfig config) {
        this.config = config;
        this.helo = Canned.of(250, "", config.hostname()); // RFC 5321 §4.1.1.1: one line
    }

    /**
     * What a session is, as far as offers go.
     *
     * @param proxy may say for whom it speaks
     * @param forwarder may say where a message came from
     * @param wakes may have mail tried
     * @param verp may have a reverse-path for each recipient
     * @param startTls TLS may begin
     * @param secured it has begun
     * @param auth mechanisms of AUTH, with spaces between them; empty for none
     */
    record Standing(
            ListenerConfig.Kind kind,
            boolean proxy,
            boolean forwarder,
            boolean wakes,
            boolean verp,
            boolean startTls,
            boolean secured,
            String auth) {

        /** Under TLS now. */
        Standing underTls() {
            return new Standing(kind, proxy, forwarder, wakes, verp, false, true, "");
        }

        Standing withAuth(String mechanisms) {
            return new Standing(kind, proxy, forwarder, wakes, verp, startTls, secured, mechanisms);
        }

        boolean submission() {
            return kind != ListenerConfig.Kind.SMTP && kind != ListenerConfig.Kind.LMTP;
        }
    }

    /** The reply to a greeting. */
    Canned hello(Greeting greeting, Standing standing, Instant now) {
        if (greeting == Greeting.HELO) {
            return helo;
        }
        if (releases(standing)) { // the reply tells the time
            return reply(standing, now);
        }
        return ehlo.computeIfAbsent(standing, each -> reply(each, now));
    }

    /** Extensions whose parameters MAIL may have. */
    Set<Extension> parameters(Standing standing) {
        Set<Extension> offered = EnumSet.of(Extension.BINARYMIME);
        SmtpdConfig.Services services = config.services();
        if (services.deliverBy()) {
            offered.add(Extension.DELIVERBY);
        }
        if (releases(standing)) {
            offered.add(Extension.FUTURERELEASE);
        }
        if (services.priorities()) {
            offered.add(Extension.MT_PRIORITY);
        }
        if (services.requireTls() && standing.secured()) { // RFC 8689 §2
            offered.add(Extension.REQUIRETLS);
        }
        if (standing.verp()) {
            offered.add(Extension.XVERP);
        }
        return offered;
    }

    /** RFC 4865 §4.2: not on any other port. */
    private boolean releases(Standing standing) {
        return standing.submission() && config.services().releaseWithin().isPositive();
    }

    private Canned reply(Standing standing, Instant now) {
        List<String> lines = new ArrayList<>();
        lines.add(config.hostname());
        lines.add("PIPELINING"); // RFC 2920
        lines.add("SIZE " + config.bounds().messageOctets()); // RFC 1870
        lines.add("8BITMIME"); // RFC 6152
        lines.add("SMTPUTF8"); // RFC 6531
        lines.add("CHUNKING"); // RFC 3030
        lines.add("BINARYMIME");
        lines.add("DSN"); // RFC 3461
        lines.add("LIMITS RCPTMAX=" + config.bounds().recipients()); // RFC 9422
        lines.add("HELP"); // RFC 5321 §4.1.1.1: whatever §4.5.1 does not require
        lines.add("ENHANCEDSTATUSCODES"); // RFC 2034
        if (standing.startTls()) {
            lines.add("STARTTLS"); // RFC 3207 §4.2: not again under TLS
        }
        for (Extension extension : parameters(standing)) {
            switch (extension) {
                case DELIVERBY -> lines.add("DELIVERBY"); // RFC 2852 §2: no least time
                case FUTURERELEASE -> lines.add(futureRelease(now)); // RFC 4865 §3
                case MT_PRIORITY -> lines.add("MT-PRIORITY"); // RFC 6710 §3
                case REQUIRETLS -> lines.add("REQUIRETLS");
                case XVERP -> lines.add("XVERP");
                case BINARYMIME -> {}
            }
        }
        if (!standing.auth().isEmpty()) {
            lines.add("AUTH " + standing.auth()); // RFC 4954 §3
        }
        if (standing.proxy()) {
            lines.add(Xclient.OFFER);
        }
        if (standing.forwarder()) {
            lines.add(Xforward.OFFER);
        }
        if (standing.wakes()) {
            lines.add("ETRN"); // RFC 1985
        }
        return Canned.of(new Reply(250, "", lines));
    }

    private String futureRelease(Instant now) {
        Duration within = config.services().releaseWithin();
        Instant latest = now.plus(within).truncatedTo(ChronoUnit.SECONDS);
        return "FUTURERELEASE " + within.toSeconds() + " " + latest;
    }
}

package postern.smtp;

import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import postern.mail.Content;
import postern.mail.ContentStore;
import postern.mail.DeliveryRequest;
import postern.mail.MailOptions.Body;
import postern.mail.Outcome.Bounced;
import postern.mail.ReversePath;
import postern.mail.Terms;
import postern.mail.Terms.Deadline;
import postern.mail.mime.InternationalHeaders;
import postern.mail.mime.SevenBit;

/**
 * What a message needs of a host before it is worth a command, and the form that it is sent in.
 * Another host may have what this one lacks, so nothing is final here. One attempt, one task.
 */
final class Demands implements AutoCloseable {
    /**
     * What goes to a host.
     *
     * @param body what MAIL says of it
     */
    record Form(Content content, Body body) {}

    private static final int BLOCK_OCTETS = 32 * 1024;

    private final DeliveryRequest request;
    private final SmtpConfig config;
    private final ContentStore store;
    private SevenBit.@Nullable Result plain; // 7-bit octets, short lines
    private SevenBit.@Nullable Result shortened; // short lines alone

    Demands(DeliveryRequest request, SmtpConfig config, ContentStore store) {
        this.request = request;
        this.config = config;
        this.store = store;
    }

    /**
     * Why the host cannot have the message at all; null when it can.
     *
     * @param protection that the way must have
     * @throws IOException the content cannot be read
     */
    @Nullable Bounced objection(Connection connection, Terms.Protection protection, Instant now)
            throws IOException {
        Extensions offered = connection.extensions();
        long octets = request.content().octets();
        if (offered.octetsMax() > 0 && octets > offered.octetsMax()) { // RFC 1870 §6.1
            return new Bounced(
                    "5.3.4",
                    "message of "
                            + octets
                            + " octets is over the host's limit of "
                            + offered.octetsMax());
        }
        if (protection == Terms.Protection.REQUIRED
                && config.kind() == SmtpConfig.Kind.SMTP
                && !(connection.verified() && offered.offers("REQUIRETLS"))) { // RFC 8689 §4.2.1
            return new Bounced("5.7.30", "REQUIRETLS support required");
        }
        Bounced terms = unkeptTerms(offered, now);
        if (terms != null) {
            return terms;
        }
        if (!offered.offers("SMTPUTF8") && internationalEnvelope()) { // RFC 6531 §3.2
            return NOT_INTERNATIONAL;
        }
        boolean asItIs = takesAsItIs(offered);
        if (!asItIs && config.speech().eightBit() == SmtpConfig.EightBit.BOUNCE) {
            return new Bounced(
                    "5.6.3",
                    request.options().body() == Body.BINARY_MIME
                            ? "content is binary, which the host does not take"
                            : "content is 8bit, which the host does not take"); // RFC 6152 §3
        }
        return !asItIs && plain() instanceof SevenBit.Result.Impossible(String why)
                ? new Bounced("5.6.3", "the host takes 7bit alone, and " + why)
                : null;
    }

    /** Whoever cannot be written to a host without SMTPUTF8: RFC 6531 §3.2. */
    @Nullable Bounced objection(Connection connection, int place) {
        return !connection.extensions().offers("SMTPUTF8")
                        && request.recipients().get(place).mailbox().internationalized()
                ? NOT_INTERNATIONAL
                : null;
    }

    private static final Bounced NOT_INTERNATIONAL =
            new Bounced("5.6.7", "internationalized mail, which the host does not take");

    /** Terms that mail may not travel without. */
    private @Nullable Bounced unkeptTerms(Extensions offered, Instant now) {
        Terms terms = request.options().terms();
        if (terms.deadline() instanceof Deadline.By(Instant at, Deadline.Mode mode, _)
                && mode == Deadline.Mode.RETURN) {
            if (!offered.offers("DELIVERBY")) { // RFC 2852 §4.1.4.1
                return new Bounced("5.3.3", "a deadline is set, which the host does not know of");
            }
            long left = at.getEpochSecond() - now.getEpochSecond();
            if (left <= 0 || left < offered.secondsMin()) {
                return new Bounced("5.4.7", "delivery time expired");
            }
        }
        return null;
    }

    private boolean internationalEnvelope() throws IOException {
        boolean sender =
                request.sender() instanceof ReversePath.Sender(var mailbox)
                        && mailbox.internationalized();
        return sender
                || request.options().smtpUtf8()
                        && high()
                        && InternationalHeaders.in(request.content(), config.speech().nesting());
    }

    private boolean takesAsItIs(Extensions offered) throws IOException {
        return switch (request.options().body()) {
            case SEVEN_BIT -> true;
            case EIGHT_BIT_MIME -> offered.offers("8BITMIME") || !high();
            case BINARY_MIME -> takesBinary(offered); // RFC 3030 §3
        };
    }

    private boolean takesBinary(Extensions offered) {
        return config.speech().chunking()
                && offered.offers("CHUNKING")
                && offered.offers("BINARYMIME");
    }

    /**
     * After {@link #objection(Connection, Terms.Protection, Instant)} had none.
     *
     * @throws IOException the content cannot be read
     */
    Form form(Extensions offered) throws IOException {
        Body body = request.options().body();
        if (!takesAsItIs(offered) && plain() instanceof SevenBit.Result.Converted(Content other)) {
            return new Form(other, Body.SEVEN_BIT);
        }
        boolean longLines = request.content().longLines() && body != Body.BINARY_MIME;
        return longLines
                        && config.speech().longLines() == SmtpConfig.LongLines.ENCODE
                        && shortened() instanceof SevenBit.Result.Converted(Content other)
                ? new Form(other, body)
                : new Form(request.content(), body);
    }

    private SevenBit.Result plain() throws IOException {
        SevenBit.Result known = plain;
        if (known == null) {
            known = SevenBit.convert(request.content(), store, false, config.speech().nesting());
            plain = known;
        }
        return known;
    }

    private SevenBit.Result shortened() throws IOException {
        SevenBit.Result known = shortened;
        if (known == null) {
            known = SevenBit.convert(request.content(), store, true, config.speech().nesting());
            shortened = known;
        }
        return known;
    }

    @Override
    public void close() {
        if (plain instanceof SevenBit.Result.Converted(Content other)) {
            other.close();
        }
        if (shortened instanceof SevenBit.Result.Converted(Content other)) {
            other.close();
        }
    }

    /** Whether the content has octets beyond ASCII. */
    private boolean high() throws IOException {
        Content content = request.content();
        byte[] block = new byte[Math.clamp(content.octets(), 1, BLOCK_OCTETS)];
        long at = 0;
        while (true) {
            int n = content.read(at, block, 0, block.length);
            if (n < 0) {
                return false;
            }
            for (int i = 0; i < n; i++) {
                if (block[i] < 0) {
                    return true;
                }
            }
            at += n;
        }
    }
}

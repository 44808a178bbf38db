package postern.qmqpd;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import postern.base.LogLine;
import postern.base.Peer;
import postern.base.World;
import postern.mail.AddressParser;
import postern.mail.Content;
import postern.mail.ContentStore;
import postern.mail.Domain;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Origin;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.wire.DataDecoder;
import postern.wire.Reply;

/** One connection: one message, one answer. One thread only. */
final class Session {
    /** As notqmail has it; RFC 5321 §4.5.3.1.3 would do with 256. */
    private static final int ADDRESS_OCTETS_MAX = 1000;

    /** Octets a second at the least, as smtpd's data_rate. */
    private static final int RATE = 500;

    /** The hand-over may need so long: RFC 5321 §4.5.3.2.6. */
    private static final Duration HANDOVER_LIMIT = Duration.ofMinutes(15);

    private final World world;
    private final QmqpdConfig config;
    private final Qmqpd.Bounds bounds;
    private final ContentStore store;
    private final Submission submission;
    private final Peer peer;
    private final Origin origin;
    private boolean eightBit;
    private long unrated; // octets since the clock was started

    Session(
            World world,
            QmqpdConfig config,
            Qmqpd.Bounds bounds,
            ContentStore store,
            Submission submission,
            Peer peer) {
        this.world = world;
        this.config = config;
        this.bounds = bounds;
        this.store = store;
        this.submission = submission;
        this.peer = peer;
        this.origin = new Origin(Qmqpd.address(peer), "", "", "QMQP", "", Qmqpd.NAME, false);
    }

    void converse() {
        try {
            peer.expireAfter(config.timeout());
            answer(take());
        } catch (Netstrings.Malformed bad) {
            quietly("D" + bad.getMessage());
        } catch (IOException gone) {
            world.log()
                    .info(
                            LogLine.about(Qmqpd.NAME)
                                    .say("lost:")
                                    .with("client", origin.clientAddress())
                                    .with("error", gone.getMessage()));
        }
    }

    private void quietly(String text) {
        try {
            answer(text);
        } catch (IOException gone) {
            // what was wrong is in the log
        }
    }

    /** What came of the message, as the protocol says it. */
    private String take() throws IOException {
        long most =
                bounds.message().octets()
                        + (long) (bounds.recipients() + 1) * (ADDRESS_OCTETS_MAX + 8);
        var netstrings = new Netstrings(this::read);
        netstrings.open(most);
        try (DataDecoder decoder = DataDecoder.chunks(store.buffer(0), bounds.message())) {
            netstrings.next(
                    (octets, length) -> {
                        look(octets, length);
                        int unused = decoder.take(octets, 0, length);
                    });
            Optional<String> sender = text(netstrings.next(ADDRESS_OCTETS_MAX));
            List<String> recipients = new ArrayList<>();
            boolean tooMany = false;
            while (!netstrings.done()) {
                Optional<String> recipient = text(netstrings.next(ADDRESS_OCTETS_MAX));
                tooMany |= recipients.size() >= bounds.recipients();
                if (!tooMany) {
                    recipients.add(recipient.orElse(""));
                }
            }
            netstrings.close();
            if (tooMany) {
                return "Dmore than " + bounds.recipients() + " recipients (#5.5.3)";
            }
            return switch (decoder.finish()) {
                case DataDecoder.Result.Refused(DataDecoder.Fault fault) -> refused(fault);
                case DataDecoder.Result.Message(Content content) -> {
                    try (content) {
                        yield handOver(sender.orElse("@"), recipients, content);
                    }
                }
            };
        }
    }

    private static String refused(DataDecoder.Fault fault) {
        return switch (fault) {
            case TOO_LARGE -> "Dmessage size exceeds fixed limit (#5.3.4)";
            case HEADER_TOO_LARGE -> "Dheader too large (#5.3.4)";
            case TOO_MANY_HOPS -> "Dtoo many hops (#5.4.6)";
            case STORAGE -> "Zinsufficient system storage (#4.3.1)";
            case BARE_NEWLINE, NUL -> "Dbare CR or NUL (#5.6.0)";
        };
    }

    private String handOver(String from, List<String> to, Content content) throws IOException {
        Optional<Mailbox> sender = from.isEmpty() ? Optional.empty() : mailbox(from);
        if (!from.isEmpty() && sender.isEmpty()) {
            return "Dbad sender address (#5.1.7)";
        }
        List<Recipient> recipients = new ArrayList<>();
        boolean utf8 = sender.filter(Mailbox::internationalized).isPresent();
        for (String each : to) {
            Optional<Mailbox> recipient = mailbox(each);
            if (recipient.isEmpty()) {
                return "Dbad recipient address (#5.1.3)";
            }
            utf8 |= recipient.get().internationalized();
            recipients.add(Recipient.of(recipient.get()));
        }
        if (recipients.isEmpty()) {
            return "Dno recipients (#5.5.1)";
        }
        peer.expireAfter(HANDOVER_LIMIT);
        ReversePath path = sender.<ReversePath>map(ReversePath::of).orElse(ReversePath.NOBODY);
        MailOptions options =
                new MailOptions(
                        eightBit ? MailOptions.Body.EIGHT_BIT_MIME : MailOptions.Body.SEVEN_BIT,
                        utf8,
                        MailOptions.Return.UNSTATED,
                        "");
        try {
            return verdict(submission.submit(origin, path, options, recipients, content));
        } catch (IOException unknown) {
            world.log()
                    .warning(
                            LogLine.about(Qmqpd.NAME)
                                    .say("cannot hand over:")
                                    .with("error", unknown.getMessage()));
            return "Ztemporary local problem (#4.3.0)";
        }
    }

    /** One word for all recipients: where they differ the client comes again with all of them. */
    private static String verdict(List<Reply> replies) {
        Reply first = replies.getFirst();
        for (Reply each : replies) {
            if (each.transientFailure() || each.positive() != first.positive()) {
                return "Z" + each.text() + " (#4.3.0)";
            }
        }
        return (first.positive() ? "K" : "D") + first.text();
    }

    /** Addresses come without quotes: what is before the last @ is the local part as it is. */
    private static Optional<Mailbox> mailbox(String text) {
        int at = text.lastIndexOf('@');
        if (at < 1 || !AddressParser.host(text.substring(at + 1))) {
            return Optional.empty();
        }
        String written =
                new Mailbox(text.substring(0, at), new Domain(text.substring(at + 1))).toString();
        return AddressParser.mailbox(written) instanceof AddressParser.Parsed.Address(var good, _)
                ? Optional.of(good)
                : Optional.empty();
    }

    /** Empty where it is neither ASCII nor UTF-8, hence no address. */
    private static Optional<String> text(byte[] octets) {
        try {
            return Optional.of(
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets)).toString());
        } catch (CharacterCodingException neither) {
            return Optional.empty();
        }
    }

    private void look(byte[] octets, int length) {
        for (int i = 0; i < length && !eightBit; i++) {
            eightBit = octets[i] < 0;
        }
    }

    private int read(byte[] into, int length) throws IOException {
        int n = peer.read(into, 0, length);
        unrated += Math.max(n, 0);
        if (unrated >= config.timeout().toSeconds() * RATE) {
            unrated = 0;
            peer.expireAfter(config.timeout());
        }
        return n;
    }

    private void answer(String text) throws IOException {
        LogLine line =
                LogLine.about(Qmqpd.NAME)
                        .say(text.startsWith("K") ? "taken:" : "refused:")
                        .with("client", origin.clientAddress())
                        .with("answer", text);
        world.log().info(line);
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        peer.write(
                ByteBuffer.wrap((octets.length + ":").getBytes(StandardCharsets.US_ASCII)),
                ByteBuffer.wrap(octets),
                ByteBuffer.wrap(new byte[] {','}));
    }
}

package postern.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import postern.base.Bug;
import postern.mail.Domain;
import postern.mail.Envelope;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Origin;
import postern.mail.QueueId;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.mail.Terms;
import postern.spool.QueueLog.Position;

/**
 * The payload of an ENVELOPE record: it commits a message.
 *
 * @param bodies where the content's parts lie
 * @param lastBodyOctets length of one more part, in the BODY record right before this one; -1 when
 *     there is none
 * @param about for a notice: the progress of another message that it tells of; for a message that
 *     is held from its first instant, its own. In the same record, so that after a crash there are
 *     both or neither.
 */
record EnvelopeRecord(
        Envelope envelope,
        long octets,
        boolean dotLines,
        List<Position> bodies,
        int lastBodyOctets,
        Optional<About> about) {
    /** Since 2 with {@link TermsCode} and how the origin was protected. */
    static final int VERSION = 2;

    private static final int VERSION_OLDEST = 1;
    private static final int DOT_LINES = 1;
    private static final int TELLS_OF_ANOTHER = 2;
    private static final int LAST_BODY_PRECEDES = 4;

    /** Where the octet of flags ends. */
    static final int FLAGS_END = 2;

    /** Whether an encoded record that begins there tells of another message. */
    static boolean tellsOfAnother(byte[] octets, int at) {
        return (octets[at + FLAGS_END - 1] & TELLS_OF_ANOTHER) != 0;
    }

    record About(QueueId id, ProgressRecord progress) {}

    /** All parts, once it is known where this record's payload lies. */
    List<Position> allBodies(Position payload) {
        if (lastBodyOctets < 0) {
            return bodies;
        }
        List<Position> all = new ArrayList<>(bodies);
        all.add(bodyBefore(payload, lastBodyOctets));
        return all;
    }

    /** The record of content, so long, that ends where the one with this payload begins. */
    static Position bodyBefore(Position payload, int octets) {
        long start = payload.offset() - RecordHeader.OCTETS;
        long body = start - RecordHeader.recordOctets(octets) + RecordHeader.OCTETS;
        return new Position(payload.segment(), body, octets);
    }

    ByteBuffer encoded() {
        Encoder out = new Encoder(320 + 96 * envelope.recipients().size());
        out.octet(VERSION)
                .octet(
                        (dotLines ? DOT_LINES : 0)
                                | (about.isPresent() ? TELLS_OF_ANOTHER : 0)
                                | (lastBodyOctets >= 0 ? LAST_BODY_PRECEDES : 0));
        out.number(octets);
        out.count(bodies.size());
        for (Position body : bodies) {
            out.number(body.segment()).number(body.offset()).number(body.length());
        }
        if (lastBodyOctets >= 0) {
            out.number(lastBodyOctets);
        }
        encodeEnvelope(out);
        about.ifPresent(
                other -> {
                    out.number(other.id().value());
                    other.progress().encode(out);
                });
        return out.encoded();
    }

    private void encodeEnvelope(Encoder out) {
        out.instant(envelope.arrived());
        switch (envelope.sender()) {
            case ReversePath.Nobody _ -> out.octet(0);
            case ReversePath.Sender(Mailbox mailbox) -> mailbox(out.octet(1), mailbox);
        }
        MailOptions options = envelope.options();
        out.octet(code(options.body())).flag(options.smtpUtf8()).octet(code(options.returned()));
        out.text(options.envelopeId());
        TermsCode.encode(options.terms(), out);
        Origin origin = envelope.origin();
        out.text(origin.clientAddress()).text(origin.clientName()).text(origin.helo());
        out.text(origin.protocol()).text(origin.login()).text(origin.listener());
        out.flag(origin.submission()).text(origin.tls());
        out.count(envelope.recipients().size());
        for (Recipient recipient : envelope.recipients()) {
            mailbox(out, recipient.mailbox());
            Recipient.Notify wanted = recipient.wanted();
            out.octet(
                    (wanted.stated() ? 1 : 0)
                            | (wanted.success() ? 2 : 0)
                            | (wanted.failure() ? 4 : 0)
                            | (wanted.delay() ? 8 : 0));
            out.text(recipient.original());
        }
    }

    private static void mailbox(Encoder out, Mailbox mailbox) {
        out.text(mailbox.localPart()).text(mailbox.domain().text());
    }

    static EnvelopeRecord decode(QueueId id, ByteBuffer payload) throws IOException {
        try {
            return decode(id, new Decoder(payload));
        } catch (Bug malformed) { // a value refused what a sound checksum covers
            throw new IOException("an envelope that makes no sense", malformed);
        }
    }

    private static EnvelopeRecord decode(QueueId id, Decoder in) throws IOException {
        int version = in.octet();
        if (version < VERSION_OLDEST || version > VERSION) {
            throw new IOException("an envelope of unknown version");
        }
        int flags = in.octet();
        long octets = in.longNumber();
        int count = in.items();
        List<Position> bodies = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            bodies.add(new Position(in.longNumber(), in.longNumber(), in.number()));
        }
        int last = (flags & LAST_BODY_PRECEDES) != 0 ? in.number() : -1;
        Envelope envelope = decodeEnvelope(id, in, version > VERSION_OLDEST);
        Optional<About> about = Optional.empty();
        if ((flags & TELLS_OF_ANOTHER) != 0) {
            var other = new QueueId(in.longNumber());
            about = Optional.of(new About(other, ProgressRecord.decode(in)));
        }
        return new EnvelopeRecord(envelope, octets, (flags & DOT_LINES) != 0, bodies, last, about);
    }

    private static Envelope decodeEnvelope(QueueId id, Decoder in, boolean terms)
            throws IOException {
        var arrived = in.instant();
        ReversePath sender = in.flag() ? ReversePath.of(mailbox(in)) : ReversePath.NOBODY;
        var options =
                new MailOptions(
                        body(in.octet()),
                        in.flag(),
                        returned(in.octet()),
                        in.text(),
                        terms ? TermsCode.decode(in) : Terms.NONE);
        var origin =
                new Origin(
                        in.text(),
                        in.text(),
                        in.text(),
                        in.text(),
                        in.text(),
                        in.text(),
                        in.flag(),
                        terms ? in.text() : "");
        int count = in.items();
        List<Recipient> recipients = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            Mailbox mailbox = mailbox(in);
            int bits = in.octet();
            var wanted =
                    new Recipient.Notify(
                            (bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0);
            recipients.add(new Recipient(mailbox, wanted, in.text()));
        }
        return new Envelope(id, arrived, sender, options, origin, recipients);
    }

    private static Mailbox mailbox(Decoder in) throws IOException {
        return new Mailbox(in.text(), new Domain(in.text()));
    }

    private static int code(MailOptions.Body body) {
        return switch (body) {
            case SEVEN_BIT -> 0;
            case EIGHT_BIT_MIME -> 1;
            case BINARY_MIME -> 2;
        };
    }

    private static MailOptions.Body body(int code) throws IOException {
        return switch (code) {
            case 0 -> MailOptions.Body.SEVEN_BIT;
            case 1 -> MailOptions.Body.EIGHT_BIT_MIME;
            case 2 -> MailOptions.Body.BINARY_MIME;
            default -> throw new IOException("an unknown kind of body");
        };
    }

    private static int code(MailOptions.Return returned) {
        return switch (returned) {
            case UNSTATED -> 0;
            case FULL -> 1;
            case HEADERS -> 2;
        };
    }

    private static MailOptions.Return returned(int code) throws IOException {
        return switch (code) {
            case 0 -> MailOptions.Return.UNSTATED;
            case 1 -> MailOptions.Return.FULL;
            case 2 -> MailOptions.Return.HEADERS;
            default -> throw new IOException("an unknown wish for what is returned");
        };
    }
}

package postern.cleanup;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import postern.mail.Envelope;
import postern.mail.Expansion;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Origin;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.mail.Rewriter;
import postern.mail.Router;
import postern.spool.Spool;

/**
 * The copy of a message that goes to the archive: a message of its own, with the envelope as the
 * client gave it in front of its header, without a sender, so that nobody outside hears what
 * becomes of it. One thread only.
 */
final class Archiving implements Closeable {
    private final Spool.Reception reception;
    private final List<Recipient> to;

    private Archiving(Spool.Reception reception, List<Recipient> to) {
        this.reception = reception;
        this.to = to;
    }

    /**
     * Opens it where the message is one to keep.
     *
     * @throws IOException there is no room, or nobody knows now where the archive is
     */
    static Optional<Archiving> begin(
            Spool spool, Router router, Rewriter rewriter, CleanupSession.Named named, long octets)
            throws IOException {
        Optional<Mailbox> archive = rewriter.archive(named.sender(), named.recipients());
        if (archive.isEmpty()) {
            return Optional.empty();
        }
        List<Recipient> to =
                switch (router.expand(archive.get())) {
                    case Expansion.Unanswered(String _, String why) ->
                            throw new Completion.PutOff(why);
                    case Expansion.Recipients(List<Mailbox> all) ->
                            all.stream()
                                    .map(
                                            mailbox ->
                                                    new Recipient(
                                                            mailbox, Recipient.Notify.NEVER, ""))
                                    .toList();
                };
        Spool.Reception reception = spool.receive(octets);
        StringBuilder fields = new StringBuilder(256);
        fields.append("X-Envelope-From: <").append(named.sender()).append(">\r\n");
        for (Mailbox recipient : named.recipients()) {
            fields.append("X-Envelope-To: <").append(recipient).append(">\r\n");
        }
        byte[] envelope = fields.toString().getBytes(StandardCharsets.UTF_8);
        try {
            reception.write(envelope, 0, envelope.length);
        } catch (IOException failed) {
            reception.close();
            throw failed;
        }
        return Optional.of(new Archiving(reception, to));
    }

    void write(byte[] from, int offset, int length) throws IOException {
        reception.write(from, offset, length);
    }

    CompletionStage<Envelope> commit(MailOptions options, Origin origin) throws IOException {
        return reception.commit(ReversePath.NOBODY, options, origin, to);
    }

    @Override
    public void close() {
        reception.close();
    }
}

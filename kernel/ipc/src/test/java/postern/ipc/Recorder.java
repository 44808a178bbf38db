package postern.ipc;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.wire.Reply;

/** Takes every message and keeps it, except for recipients that it was told to refuse. */
final class Recorder implements LmtpSession {
    final List<byte[]> messages = Collections.synchronizedList(new ArrayList<>());
    final CountDownLatch closed = new CountDownLatch(1);
    final List<MailOptions> options = Collections.synchronizedList(new ArrayList<>());
    final List<Attributes> attributes = Collections.synchronizedList(new ArrayList<>());

    private final List<Mailbox> refused;
    private final ByteArrayOutputStream content = new ByteArrayOutputStream();
    private final ByteBuffer room = ByteBuffer.allocate(1000);
    private int accepted;

    Recorder(Mailbox... refused) {
        this.refused = Arrays.asList(refused);
    }

    @Override
    public Reply mail(Attributes given, ReversePath sender, MailOptions asked, long octets) {
        attributes.add(given);
        options.add(asked);
        accepted = 0;
        content.reset();
        return Reply.of(250, "2.1.0", "Ok");
    }

    @Override
    public Reply rcpt(Recipient recipient) {
        if (refused.contains(recipient.mailbox())) {
            return Reply.of(550, "5.1.1", "unknown");
        }
        accepted++;
        return Reply.of(250, "2.1.5", "Ok");
    }

    @Override
    public ByteBuffer room(int wanted) {
        return room.clear();
    }

    @Override
    public void filled(int octets) {
        content.write(room.array(), 0, octets);
    }

    @Override
    public List<Reply> end() {
        messages.add(content.toByteArray());
        return Collections.nCopies(accepted, Reply.of(250, "2.0.0", "stored"));
    }

    @Override
    public void abort() {
        content.reset();
    }

    @Override
    public void close() {
        closed.countDown();
    }

    @Override
    public Reply verify(Mailbox recipient) {
        return Reply.of(250, "2.1.5", recipient.toString());
    }
}

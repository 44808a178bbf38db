package postern.ipc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import postern.base.Bug;
import postern.base.Endpoint;
import postern.base.Listener;
import postern.base.Peer;
import postern.base.World;
import postern.base.system.SystemWorld;
import postern.mail.Content;
import postern.mail.MailOptions;
import postern.mail.Mailbox;
import postern.mail.Recipient;
import postern.mail.ReversePath;
import postern.wire.Reply;

/** A message that is longer than any buffer between the two ends, over a real socket. */
final class LongHandoverTest {
    private static final ReversePath SENDER = ReversePath.of(Mailbox.of("ann", "example.net"));
    private static final Recipient BOB = Recipient.of(Mailbox.of("bob", "example.org"));

    @TempDir Path folder;

    /** Replies to chunks once filled the socket from 280 MiB on, and both ends waited. */
    @Test
    void aLongMessageGoesThroughASocketThatHoldsFewReplies() throws IOException {
        World world = SystemWorld.create("test");
        var seen = new Counter();
        Endpoint socket = new Endpoint.Local(folder.resolve("socket"));
        try (Listener listener = world.network().listen(socket);
                var content = new Repeated(new byte[1 << 20], 600)) {
            world.tasks()
                    .start(
                            "agent",
                            () -> new LmtpServer(world, "agent", () -> seen).serve(listener));
            assertThat(
                            new LmtpClient(world.network(), socket, "test", 4)
                                    .send(
                                            Attributes.NONE,
                                            SENDER,
                                            MailOptions.NONE,
                                            List.of(BOB),
                                            content))
                    .extracting(Reply::code)
                    .containsExactly(250);
            assertThat(seen.octets).isEqualTo(content.octets());
        }
    }

    /** A long message of one block time and again, which needs no memory. */
    private record Repeated(byte[] block, int times) implements Content {
        @Override
        public long octets() {
            return (long) block.length * times;
        }

        @Override
        public boolean dotLines() {
            return false;
        }

        @Override
        public int read(long position, byte[] into, int offset, int length) {
            int count = (int) Math.min(length, octets() - position);
            for (int i = 0; i < count; i++) {
                into[offset + i] = block[(int) ((position + i) % block.length)];
            }
            return count == 0 ? -1 : count;
        }

        @Override
        public void send(Peer peer, long position, long length) throws IOException {
            int start = (int) (position % block.length);
            Bug.unless(start + length <= block.length, "a chunk lies in one block");
            peer.write(ByteBuffer.wrap(block, start, (int) length));
        }

        @Override
        public void close() {}
    }

    /** Takes every message, and only counts. */
    private static final class Counter implements LmtpSession {
        private final ByteBuffer room = ByteBuffer.allocate(1 << 16);
        private volatile long octets;

        @Override
        public Reply mail(Attributes given, ReversePath sender, MailOptions asked, long announced) {
            return Reply.of(250, "2.1.0", "Ok");
        }

        @Override
        public Reply rcpt(Recipient recipient) {
            return Reply.of(250, "2.1.5", "Ok");
        }

        @Override
        public ByteBuffer room(int wanted) {
            return room.clear();
        }

        @Override
        public void filled(int more) {
            octets += more;
        }

        @Override
        public List<Reply> end() {
            return List.of(Reply.of(250, "2.0.0", "counted"));
        }

        @Override
        public void abort() {}

        @Override
        public Reply verify(Mailbox recipient) {
            return Reply.of(252, "2.1.5", "perhaps");
        }
    }
}

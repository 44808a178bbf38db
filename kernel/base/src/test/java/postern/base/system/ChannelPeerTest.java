package postern.base.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import postern.base.DiskFile;
import postern.base.Endpoint;
import postern.base.Listener;
import postern.base.Network;
import postern.base.Peer;
import postern.base.TimedOut;
import postern.base.World;

final class ChannelPeerTest {
    private static final Duration LIMIT = Duration.ofMillis(50);

    private final Network network = SystemWorld.create("test").network();

    @Test
    @Timeout(20)
    void aReadThatTakesTooLongEndsAndALastWordIsStillHeard() throws IOException {
        try (Listener listener =
                        network.listen(new Endpoint.Tcp(InetAddress.getLoopbackAddress(), 0));
                Peer client = network.connect(listener.local(), Duration.ofSeconds(5));
                Peer server = listener.accept()) {
            byte[] word = new byte[8];
            server.expireAfter(LIMIT);

            assertThatThrownBy(() -> server.read(word, 0, 8)).isInstanceOf(TimedOut.class);
            server.write(ByteBuffer.wrap(new byte[] {'b', 'y', 'e'}));

            assertThat(client.read(word, 0, 8)).isEqualTo(3);
            assertThat(client.read(word, 0, 8)).isEqualTo(-1); // closed a second later
        }
    }

    @Test
    @Timeout(20)
    void aFileLargerThanThePeersBufferIsSentWholeWhenThePeerIsSlow(@TempDir Path folder)
            throws Exception {
        World world = SystemWorld.create("test");
        byte[] octets = new byte[5 << 20];
        new Random(1).nextBytes(octets);
        Endpoint socket = new Endpoint.Local(folder.resolve("socket"));
        try (DiskFile file = world.disk().create(folder.resolve("file"));
                Listener listener = network.listen(socket);
                Peer reader = network.connect(socket, Duration.ofSeconds(5));
                Peer sender = listener.accept()) {
            file.write(0, ByteBuffer.wrap(octets));
            var sent = new CompletableFuture<Boolean>();
            world.tasks()
                    .start( // on a virtual thread, where channels do not block
                            "sender",
                            () -> {
                                try {
                                    sender.send(file, 1, octets.length - 1);
                                    sent.complete(true);
                                } catch (IOException failed) {
                                    sent.completeExceptionally(failed);
                                }
                            });

            byte[] received = new byte[octets.length - 1];
            int length = 0;
            while (length < received.length) {
                length += reader.read(received, length, Math.min(1000, received.length - length));
            }

            assertThat(sent.get(10, TimeUnit.SECONDS)).isTrue();
            assertThat(received).isEqualTo(Arrays.copyOfRange(octets, 1, octets.length));
        }
    }
}

package postern.os;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** A child with two listeners, a Unix one at 0 and one at 6, that greets and drains. */
final class LinkChild {
    private LinkChild() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        boolean tcp = args[0].equals("tcp");
        String inForce = Seccomp.install(new Seccomp.Profile(false, false, tcp));
        ChildLink link = ChildLink.open();
        ServerSocketChannel first = InheritedListeners.first();
        ServerSocketChannel second =
                tcp
                        ? InheritedListeners.tcp(ChildLink.FIRST_LISTENER)
                        : InheritedListeners.unix(ChildLink.FIRST_LISTENER, Path.of(args[1]));
        String settings = link.settingsText();
        Thread.ofVirtual().start(() -> greet(first, "first " + settings));
        Thread.ofVirtual().start(() -> greet(second, "second " + settings));
        link.onDrain(
                () -> {
                    try {
                        first.close();
                        second.close();
                        System.err.println("drained");
                        System.exit(7);
                    } catch (IOException failed) {
                        System.exit(8);
                    }
                });
        if (!tcp) {
            try (SocketChannel none = SocketChannel.open(StandardProtocolFamily.INET)) {
                System.err.println("socket ALLOWED " + none);
            } catch (IOException refused) {
                System.err.println("socket refused " + refused.getMessage());
            }
        }
        link.ready(inForce);
        new CountDownLatch(1).await();
    }

    private static void greet(ServerSocketChannel listener, String words) {
        while (true) {
            try (SocketChannel caller = listener.accept()) {
                caller.write(ByteBuffer.wrap((words + "\n").getBytes(StandardCharsets.UTF_8)));
            } catch (IOException closed) {
                return;
            }
        }
    }
}

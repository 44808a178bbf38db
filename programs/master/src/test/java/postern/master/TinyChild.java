package postern.master;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import postern.os.ChildLink;
import postern.os.InheritedListeners;
import postern.os.Seccomp;

/**
 * A domain as small as can be. It greets whoever connects with its pid and settings. Settings that
 * begin with "die" end it at once, "hopeless" for good, "stubborn" ignores the wish to drain,
 * "slow" lingers until it is told to end, and "patient" does not mind being retired.
 */
final class TinyChild {
    private TinyChild() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        String inForce = Seccomp.install(new Seccomp.Profile(false, false, true));
        ChildLink link = ChildLink.open();
        String settings = link.settingsText();
        if (settings.startsWith("die")) {
            System.exit(3);
        }
        if (settings.startsWith("hopeless")) {
            System.exit(78);
        }
        ServerSocketChannel listener = InheritedListeners.first();
        String arguments = String.join(" ", args);
        String words = ProcessHandle.current().pid() + " " + settings + " " + arguments + "\n";
        Thread.ofVirtual().start(() -> greet(listener, words));
        link.onRetire(
                () -> {
                    if (!settings.startsWith("patient")) {
                        drain(listener, settings);
                    }
                });
        link.onDrain(() -> drain(listener, settings));
        link.ready(inForce);
        new CountDownLatch(1).await();
    }

    private static void greet(ServerSocketChannel listener, String words) {
        while (true) {
            try (SocketChannel caller = listener.accept()) {
                caller.write(ByteBuffer.wrap(words.getBytes(StandardCharsets.UTF_8)));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private static void drain(ServerSocketChannel listener, String settings) {
        if (settings.startsWith("stubborn")) {
            return;
        }
        try {
            listener.close();
        } catch (IOException ignored) {
            System.exit(4);
        }
        if (!settings.startsWith("slow")) {
            System.exit(0);
        }
    }
}

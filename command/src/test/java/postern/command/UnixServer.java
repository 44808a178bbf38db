package postern.command;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Serves connections on a Unix socket, one after another, until closed. */
public final class UnixServer implements AutoCloseable {

    /** What is said to one client. */
    public interface Service {
        void serve(Talk talk) throws IOException;
    }

    /** One conversation, in lines of ISO 8859-1, so that octets survive. */
    public static final class Talk {
        private final BufferedReader in;
        private final OutputStream out;

        Talk(SocketChannel channel) {
            in =
                    new BufferedReader(
                            new InputStreamReader(
                                    Channels.newInputStream(channel), StandardCharsets.ISO_8859_1));
            out = Channels.newOutputStream(channel);
        }

        /** The next line, without its end; an empty text when the client has closed. */
        public String hear() throws IOException {
            String line = in.readLine();
            return line == null ? "" : line;
        }

        public void say(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
        }

        /** Message data up to its final dot, as it came. */
        public String data() throws IOException {
            StringBuilder data = new StringBuilder();
            while (true) {
                int c = in.read();
                if (c < 0) {
                    return data.append("[closed]").toString();
                }
                data.append((char) c);
                if (data.length() >= 5 && data.indexOf("\r\n.\r\n", data.length() - 5) >= 0) {
                    return data.toString();
                }
            }
        }
    }

    private final ServerSocketChannel listener;

    private UnixServer(ServerSocketChannel listener) {
        this.listener = listener;
    }

    public static UnixServer start(Path at, Service service) throws IOException {
        Files.createDirectories(at.getParent());
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(at));
        Thread.ofVirtual()
                .start(
                        () -> {
                            while (listener.isOpen()) {
                                try (SocketChannel channel = listener.accept()) {
                                    service.serve(new Talk(channel));
                                } catch (IOException gone) {
                                    // the client left, or the test is over
                                }
                            }
                        });
        return new UnixServer(listener);
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}

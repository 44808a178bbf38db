package postern.lookup;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import postern.base.Endpoint;

/** A server of somebody else's on a real socket. */
final class Scripted implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    final AtomicInteger connections = new AtomicInteger();

    /** What it does with one connection. */
    interface Manner {
        void serve(InputStream in, OutputStream out) throws Exception;
    }

    Scripted(Manner manner) throws IOException {
        Thread.ofVirtual()
                .start(
                        () -> {
                            while (!listener.isClosed()) {
                                try {
                                    Socket socket = listener.accept();
                                    open.add(socket);
                                    connections.incrementAndGet();
                                    Thread.ofVirtual().start(() -> serve(socket, manner));
                                } catch (IOException closed) {
                                    return;
                                }
                            }
                        });
    }

    private static void serve(Socket socket, Manner manner) {
        try (socket) {
            manner.serve(socket.getInputStream(), socket.getOutputStream());
        } catch (Exception gone) {
            Thread.yield(); // the client went away, or the test is over
        }
    }

    Endpoint endpoint() {
        return new Endpoint.Tcp(listener.getInetAddress(), listener.getLocalPort());
    }

    /** Everything but the listener goes. */
    void hangUp() throws IOException {
        for (Socket socket : open) {
            socket.close();
        }
    }

    /** One line, its LF taken off. */
    static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("closed");
            }
            line.append((char) c);
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        hangUp();
    }
}

package postern.lookup;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.SocketFactory;

/**
 * Sockets for a driver that has no bound of its own on what an answer may hold: more than {@link
 * #ANSWER_OCTETS_MAX} octets without a question between end the connection. The driver makes it, by
 * its name.
 */
public final class BoundedSockets extends SocketFactory {
    /** Of one answer, what the protocol adds included. As with PostgreSQL's driver. */
    static final int ANSWER_OCTETS_MAX = 8 << 20;

    @Override
    public Socket createSocket() {
        return new Bounded();
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        throw new IOException("a socket without a limit of time to connect");
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress from, int fromPort)
            throws IOException {
        return createSocket(host, port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return createSocket(host.getHostAddress(), port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort)
            throws IOException {
        return createSocket(host, port);
    }

    /** Used by one thread at a time, as its connection is. */
    private static final class Bounded extends Socket {
        private int left = ANSWER_OCTETS_MAX;

        @Override
        public OutputStream getOutputStream() throws IOException {
            return new FilterOutputStream(super.getOutputStream()) {
                @Override
                public void write(int octet) throws IOException {
                    left = ANSWER_OCTETS_MAX;
                    out.write(octet);
                }

                @Override
                public void write(byte[] octets, int from, int length) throws IOException {
                    left = ANSWER_OCTETS_MAX;
                    out.write(octets, from, length);
                }
            };
        }

        @Override
        public InputStream getInputStream() throws IOException {
            return new FilterInputStream(super.getInputStream()) {
                @Override
                public int read() throws IOException {
                    return counted(1, super.read());
                }

                @Override
                public int read(byte[] into, int from, int length) throws IOException {
                    int octets = super.read(into, from, length);
                    return counted(octets, octets);
                }
            };
        }

        private int counted(int octets, int result) throws IOException {
            left -= Math.max(0, octets);
            if (left < 0) {
                close();
                throw new IOException("an answer of more than " + ANSWER_OCTETS_MAX + " octets");
            }
            return result;
        }
    }
}

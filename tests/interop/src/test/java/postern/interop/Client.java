package postern.interop;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A client that says exactly what a test tells it to. */
final class Client implements Closeable {
    private static final int PATIENCE_MILLIS = 20_000;

    private final Socket socket;
    private final BufferedReader in;

    Client(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        in =
                new BufferedReader(
                        new InputStreamReader(
                                socket.getInputStream(), StandardCharsets.ISO_8859_1));
    }

    /** One whole reply; its lines joined by a slash. Empty when the server hung up. */
    String reply() throws IOException {
        StringBuilder whole = new StringBuilder();
        while (true) {
            String line = in.readLine();
            if (line == null) {
                return whole.toString();
            }
            whole.append(whole.isEmpty() ? "" : " / ").append(line);
            if (line.length() < 4 || line.charAt(3) != '-') {
                return whole.toString();
            }
        }
    }

    String say(String line) throws IOException {
        raw(line + "\r\n");
        return reply();
    }

    void raw(String octets) throws IOException {
        socket.getOutputStream().write(octets.getBytes(StandardCharsets.ISO_8859_1));
    }

    /**
     * A whole message on this connection. Returns the reply to its end, or the first that is no
     * success.
     */
    String send(String sender, String recipient, String content) throws IOException {
        for (String line :
                new String[] {
                    "MAIL FROM:<" + sender + ">", "RCPT TO:<" + recipient + ">", "DATA"
                }) {
            String reply = say(line);
            if (!reply.startsWith("2") && !reply.startsWith("354")) {
                return reply;
            }
        }
        raw(content + "\r\n.");
        return say("");
    }

    /** Greeting and EHLO done. */
    static Client greeted(int port) throws IOException {
        Client client = new Client(port);
        String greeting = client.reply();
        if (!greeting.startsWith("220")) {
            client.close();
            throw new IOException("greeted by " + greeting);
        }
        client.say("EHLO client.test");
        return client;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

package postern.interop;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A next hop that keeps what it is given: plain SMTP, one virtual thread a connection. */
final class RecordingSink implements Closeable {
    private static final Duration SOON = Duration.ofSeconds(30);

    /** How it behaves. */
    enum Manner {
        POLITE,
        /** Takes connections and never says a word. */
        SILENT,
        /** Hangs up in the middle of the message. */
        VANISHES,
        /** 451 to every recipient. */
        DEFERS,
        /** 550 to recipients whose local part begins with "unknown". */
        KNOWS_SOME,
        /**
         * By the local part of the recipient: "grey..." is asked to come later twice, "full..." has
         * a full mailbox, "unknown..." is nobody.
         */
        TROUBLED,
    }

    /** One message as it came; the content as it was before dots were stuffed. */
    record Received(String sender, List<String> recipients, byte[] content) {
        String text() {
            return new String(content, StandardCharsets.ISO_8859_1);
        }

        /** What follows the first empty line. */
        String body() {
            String text = text();
            int end = text.indexOf("\r\n\r\n");
            return end < 0 ? "" : text.substring(end + 4);
        }

        String header(String name) {
            for (String line :
                    text().substring(0, Math.max(0, text().indexOf("\r\n\r\n")))
                            .split("\r\n", -1)) {
                if (line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ":")) {
                    return line.substring(name.length() + 1).strip();
                }
            }
            return "";
        }
    }

    private final ServerSocket listener;
    private final List<Received> received = new CopyOnWriteArrayList<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Map<String, Integer> greylisted = new ConcurrentHashMap<>();
    private volatile Manner manner;

    RecordingSink() throws IOException {
        this(0, Manner.POLITE);
    }

    RecordingSink(int port, Manner manner) throws IOException {
        this.manner = manner;
        listener = new ServerSocket();
        listener.setReuseAddress(true);
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
        Thread.startVirtualThread(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** As {@code [127.0.0.1]:PORT}. */
    String nextHop() {
        return "[127.0.0.1]:" + port();
    }

    List<Received> received() {
        return List.copyOf(received);
    }

    /** How often each subject has arrived. */
    Map<String, Integer> subjects() {
        Map<String, Integer> subjects = new HashMap<>();
        received.forEach(mail -> subjects.merge(mail.header("Subject"), 1, Integer::sum));
        return subjects;
    }

    /** The first message with that subject, once it is there. */
    Received awaitSubject(String subject) {
        return await("Subject: " + subject, mail -> mail.header("Subject").equals(subject));
    }

    /** The first message that has all of those characters anywhere, once it is there. */
    Received awaitMail(String... marks) {
        return await(
                String.join(", ", marks), mail -> Stream.of(marks).allMatch(mail.text()::contains));
    }

    private Received await(String what, Predicate<Received> wanted) {
        return Awaitility.await("at the sink: " + what)
                .atMost(SOON)
                .until(() -> received.stream().filter(wanted).findFirst(), Optional::isPresent)
                .orElseThrow();
    }

    void behave(Manner next) {
        manner = next;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket peer = listener.accept();
                open.add(peer);
                Thread.startVirtualThread(() -> serve(peer));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket peer) {
        try (peer) {
            if (manner == Manner.SILENT) {
                while (peer.getInputStream().read() >= 0) {} // until the client gives up
                return;
            }
            converse(new BufferedInputStream(peer.getInputStream(), 1 << 16), peer);
        } catch (IOException gone) {
            // the client went away: what it had not finished is not recorded
        } finally {
            open.remove(peer);
        }
    }

    private void converse(InputStream in, Socket peer) throws IOException {
        String sender = "";
        List<String> recipients = new ArrayList<>();
        reply(peer, "220 sink.test ESMTP");
        while (true) {
            String line = line(in);
            String verb = line.split("[ :]", 2)[0].toUpperCase(Locale.ROOT);
            switch (verb) {
                case "EHLO" ->
                        reply(
                                peer,
                                "250-sink.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-DSN\r\n250 SMTPUTF8");
                case "HELO", "NOOP" -> reply(peer, "250 sink.test");
                case "MAIL" -> {
                    sender = path(line);
                    recipients.clear();
                    reply(peer, "250 2.1.0 Ok");
                }
                case "RCPT" -> reply(peer, recipient(path(line), recipients));
                case "DATA" -> {
                    if (recipients.isEmpty()) {
                        reply(peer, "503 5.5.1 No recipient");
                    } else {
                        reply(peer, "354 Go on");
                        byte[] content = content(in);
                        received.add(new Received(sender, List.copyOf(recipients), content));
                        reply(peer, "250 2.0.0 Ok: sink has it");
                    }
                    recipients.clear();
                }
                case "RSET" -> {
                    recipients.clear();
                    reply(peer, "250 2.0.0 Ok");
                }
                case "QUIT" -> {
                    reply(peer, "221 2.0.0 Bye");
                    return;
                }
                default -> reply(peer, "502 5.5.1 Not here");
            }
        }
    }

    private String recipient(String path, List<String> recipients) {
        if (manner == Manner.DEFERS) {
            return "451 4.3.0 Later";
        }
        if (manner == Manner.TROUBLED && path.startsWith("full")) {
            return "452 4.2.2 <" + path + ">: mailbox is full";
        }
        if (manner == Manner.TROUBLED
                && path.startsWith("grey")
                && greylisted.merge(path, 1, Integer::sum) <= 2) {
            return "451 4.7.1 <" + path + ">: Greylisted, come back later";
        }
        boolean knows = manner == Manner.KNOWS_SOME || manner == Manner.TROUBLED;
        if (knows && path.startsWith("unknown")) {
            return "550 5.1.1 No such user here";
        }
        recipients.add(path);
        return "250 2.1.5 Ok";
    }

    private byte[] content(InputStream in) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (true) {
            String line = line(in);
            if (line.equals(".")) {
                return all.toByteArray();
            }
            if (manner == Manner.VANISHES) {
                throw new IOException("on purpose");
            }
            String plain = line.startsWith(".") ? line.substring(1) : line;
            all.writeBytes((plain + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        int last = -1;
        while (true) {
            int octet = in.read();
            if (octet < 0) {
                throw new IOException("the client hung up");
            }
            if (octet == '\n' && last == '\r') {
                line.setLength(line.length() - 1);
                return line.toString();
            }
            line.append((char) octet);
            last = octet;
        }
    }

    private static String path(String line) {
        int from = line.indexOf('<');
        int to = line.indexOf('>', from);
        return from < 0 || to < 0 ? "" : line.substring(from + 1, to);
    }

    private static void reply(Socket peer, String text) throws IOException {
        peer.getOutputStream().write((text + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Stops at once: connections are cut. */
    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket peer : open) {
            peer.close();
        }
    }
}

package postern.testkit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import postern.base.Endpoint;
import postern.base.Listener;
import postern.base.Peer;
import postern.base.World;
import postern.wire.PeerReader;

/**
 * A mail host that takes what it is sent, unless told otherwise. It runs in whichever world it is
 * given. Set up before {@link #start}; ask what it saw at any time.
 */
public final class FakeMx {
    /**
     * A message it said 250 to, or meant to when it broke off.
     *
     * @param from the MAIL command's parameters, whole
     * @param to those of the RCPT commands that were accepted
     * @param data as it came, dots still stuffed, without the end mark
     */
    public record Received(String from, List<String> to, String data, boolean sealed) {}

    /** Puts TLS around a connection, on the server's side. */
    public interface Sealing {
        Peer seal(Peer plain) throws IOException;
    }

    private static final int LINE_OCTETS_MAX = 4096;
    private static final int FLOOD_OCTETS = 64 * 1024;

    private final World world;
    private final List<String> offers = new ArrayList<>();
    private final Map<String, String> replies = new LinkedHashMap<>();
    private PeerMisbehaviour misbehaviour = PeerMisbehaviour.NONE;
    private @Nullable Sealing sealing;
    private boolean wrapped;
    private @Nullable Listener listener;
    private final List<Received> received = Collections.synchronizedList(new ArrayList<>());
    private final List<Endpoint> clients = Collections.synchronizedList(new ArrayList<>());
    private final List<String> commands = Collections.synchronizedList(new ArrayList<>());

    public FakeMx(World world) {
        this.world = world;
    }

    /** Lines of the EHLO reply. */
    public FakeMx offering(String... extensions) {
        offers.addAll(List.of(extensions));
        return this;
    }

    /**
     * Says something else to commands that begin so; {@code GREETING} and {@code .} count as
     * commands. After 421 it closes. A reply may have several lines.
     */
    public FakeMx replying(String commandStart, String reply) {
        replies.put(commandStart, reply);
        return this;
    }

    public FakeMx misbehaving(PeerMisbehaviour how) {
        misbehaviour = how;
        return this;
    }

    public PeerMisbehaviour misbehaviour() {
        return misbehaviour;
    }

    public FakeMx sealing(Sealing how) {
        sealing = how;
        offers.add("STARTTLS");
        return this;
    }

    /** TLS comes before the greeting: RFC 8314 §3. */
    public FakeMx wrapped(Sealing how) {
        sealing = how;
        wrapped = true;
        return this;
    }

    /** Begins to listen. Port 0: any. */
    public FakeMx start(Endpoint.Tcp at) throws IOException {
        Listener open = world.network().listen(at);
        listener = open;
        world.tasks().start("fake-mx", () -> accept(open));
        return this;
    }

    public int port() {
        Listener open = listener;
        return open != null && open.local() instanceof Endpoint.Tcp(_, int port) ? port : 0;
    }

    /** Stops listening; connections live on. */
    public void stop() {
        Listener open = listener;
        if (open != null) {
            open.close();
        }
    }

    public List<Received> received() {
        return List.copyOf(received);
    }

    /** All command lines of all connections; {@code CONNECT} for each connection. */
    public List<String> commands() {
        return List.copyOf(commands);
    }

    /** Where its connections came from. */
    public List<Endpoint> clients() {
        return List.copyOf(clients);
    }

    private void accept(Listener open) {
        try {
            while (true) {
                Peer peer = open.accept();
                commands.add("CONNECT");
                clients.add(peer.remote());
                world.tasks().start("fake-mx-session", () -> serve(peer));
            }
        } catch (IOException _) {
            // stopped
        }
    }

    private void serve(Peer peer) {
        try (peer) {
            new Session(peer).converse();
        } catch (IOException _) {
            // the client is gone
        }
    }

    /** A session ends by this where the host breaks off. */
    private static final class Over extends IOException {
        private static final long serialVersionUID = 1;
    }

    private final class Session {
        private Peer peer;
        private PeerReader reader;
        private boolean sealed;
        private String from = "";
        private final List<String> to = new ArrayList<>();
        private boolean open; // a transaction
        private boolean served; // a message
        private boolean lmtp;

        Session(Peer peer) {
            this.peer = peer;
            this.reader = new PeerReader(peer, LINE_OCTETS_MAX);
        }

        void converse() throws IOException {
            Sealing first = sealing;
            if (wrapped && first != null) {
                seal(first);
            }
            greet();
            while (true) {
                String line = line();
                commands.add(line);
                String verb =
                        line.length() < 4 ? line : line.substring(0, 4).toUpperCase(Locale.ROOT);
                if (served && misbehaviour == PeerMisbehaviour.HANG_UP_WHEN_IDLE) {
                    say("421 4.4.2 idle for too long");
                    throw new Over();
                }
                switch (verb) {
                    case "EHLO", "LHLO" -> ehlo(line);
                    case "STAR" -> startTls(line);
                    case "MAIL" -> mail(line);
                    case "RCPT" -> rcpt(line);
                    case "DATA" -> data(line);
                    case "BDAT" -> chunk(line);
                    case "QUIT" -> {
                        answer(line, "221 2.0.0 bye");
                        return;
                    }
                    default -> answer(line, "250 2.0.0 ok");
                }
            }
        }

        private void greet() throws IOException {
            switch (misbehaviour) {
                case GARBAGE -> say("SSH-2.0-OpenSSH_9.9");
                case REPLY_BEFORE_COMMAND -> say("220 fake.example\r\n250 fake.example");
                case SILENT -> line();
                case OCTET_A_SECOND -> drip("220 fake.example ESMTP\r\n");
                case CLOSE_AT_GREETING -> throw new Over();
                default -> answer("GREETING", "220 fake.example ESMTP");
            }
        }

        private void drip(String text) throws IOException {
            drip(text.getBytes(StandardCharsets.UTF_8));
        }

        private void drip(byte... octets) throws IOException {
            for (byte octet : octets) {
                peer.write(ByteBuffer.wrap(new byte[] {octet}));
                world.clock().sleep(Duration.ofSeconds(1));
            }
        }

        private void ehlo(String line) throws IOException {
            lmtp = line.startsWith("LHLO");
            StringBuilder text = new StringBuilder("250-fake.example");
            if (misbehaviour == PeerMisbehaviour.ENDLESS_REPLY) {
                while (true) {
                    say("250-AND-SO-ON");
                }
            }
            List<String> lines = new ArrayList<>(offers);
            switch (misbehaviour) {
                case LYING_CHUNKING -> lines.add("CHUNKING");
                case LYING_SIZE -> lines.add("SIZE 1000000000");
                case CONTRADICTION -> lines.add("SIZE\r\n550 5.7.1 no");
                default -> {}
            }
            if (sealed) {
                lines.remove("STARTTLS");
            }
            lines.forEach(offer -> text.append("\r\n250-").append(offer));
            text.setCharAt(text.lastIndexOf("250") + 3, ' ');
            answer(line, text.toString());
        }

        private void startTls(String line) throws IOException {
            if (misbehaviour == PeerMisbehaviour.TLS_INJECTS) {
                say("220 2.0.0 go ahead\r\n250 2.0.0 injected");
                throw new Over();
            }
            answer(line, "220 2.0.0 go ahead");
            if (!reply(line, "220").startsWith("2")) {
                return;
            }
            if (misbehaviour == PeerMisbehaviour.TLS_GARBAGE) {
                peer.read(new byte[FLOOD_OCTETS], 0, FLOOD_OCTETS);
                say("what do you want?");
                throw new Over();
            }
            if (misbehaviour == PeerMisbehaviour.TLS_SILENT) {
                peer.read(new byte[FLOOD_OCTETS], 0, FLOOD_OCTETS);
                peer.read(new byte[FLOOD_OCTETS], 0, FLOOD_OCTETS); // until the client is gone
            }
            if (misbehaviour == PeerMisbehaviour.TLS_TRICKLES) {
                peer.read(new byte[FLOOD_OCTETS], 0, FLOOD_OCTETS);
                drip(Arrays.copyOf(new byte[] {22, 3, 3, 64, 0}, FLOOD_OCTETS)); // a handshake's
            }
            Sealing how = sealing;
            if (misbehaviour == PeerMisbehaviour.TLS_CLOSES || how == null) {
                throw new Over();
            }
            seal(how);
            if (misbehaviour == PeerMisbehaviour.TLS_CLOSES_SEALED) {
                throw new Over();
            }
        }

        private void seal(Sealing how) throws IOException {
            peer = how.seal(peer);
            reader = new PeerReader(peer, LINE_OCTETS_MAX);
            sealed = true;
        }

        private void mail(String line) throws IOException {
            if (misbehaviour == PeerMisbehaviour.CLOSE_AT_MAIL) {
                throw new Over();
            }
            if (misbehaviour == PeerMisbehaviour.SILENT_AT_MAIL) {
                world.clock().sleep(Duration.ofMinutes(1));
                throw new Over();
            }
            if (misbehaviour == PeerMisbehaviour.ENDLESS_LINE) {
                byte[] flood = new byte[FLOOD_OCTETS];
                Arrays.fill(flood, (byte) 'x');
                while (true) {
                    peer.write(ByteBuffer.wrap(flood));
                }
            }
            to.clear();
            from = line.substring("MAIL FROM:".length());
            open = reply(line, "250 2.1.0 ok").startsWith("2");
            boolean ahead = misbehaviour == PeerMisbehaviour.ALL_REPLIES_AT_MAIL;
            answer(line, "250 2.1.0 ok" + (ahead ? "\r\n250 ok\r\n354 go\r\n250 taken" : ""));
        }

        private void rcpt(String line) throws IOException {
            String reply = reply(line, open ? "250 2.1.5 ok" : "503 5.5.1 MAIL first");
            if (reply.startsWith("2")) {
                to.add(line.substring("RCPT TO:".length()));
            }
            switch (misbehaviour) {
                case TWO_REPLIES_TO_RCPT -> say(reply + "\r\n550 5.1.1 no such user");
                case GO_AHEAD_AT_RCPT -> say("354 go ahead");
                default -> answer(line, reply);
            }
        }

        private void data(String line) throws IOException {
            String reply = reply(line, to.isEmpty() ? "554 5.5.1 no recipients" : "354 go ahead");
            if (misbehaviour == PeerMisbehaviour.ACCEPT_BEFORE_DATA) {
                reply += "\r\n250 2.0.0 taken, whatever it is";
            }
            answer(line, reply);
            if (!reply.startsWith("3")) {
                return;
            }
            if (misbehaviour == PeerMisbehaviour.CLOSE_AFTER_354) {
                throw new Over();
            }
            if (misbehaviour == PeerMisbehaviour.STOPS_READING) {
                world.clock().sleep(Duration.ofMinutes(1));
                throw new Over();
            }
            String message = message();
            commands.add(".");
            if (!to.isEmpty() && reply(".", "250").startsWith("2")) {
                received.add(new Received(from, List.copyOf(to), message, sealed));
            }
            if (misbehaviour == PeerMisbehaviour.CLOSE_AT_END) {
                throw new Over();
            }
            taken();
        }

        /** RFC 3030: one chunk is the whole message here. */
        private void chunk(String line) throws IOException {
            if (misbehaviour == PeerMisbehaviour.LYING_CHUNKING) {
                say("500 5.5.1 command not recognized");
                return;
            }
            String[] words = line.split(" ", -1);
            byte[] octets = new byte[Integer.parseInt(words[1])];
            int filled = 0;
            while (filled < octets.length) {
                int n = reader.read(octets, filled, octets.length - filled);
                if (n < 0) {
                    throw new Over();
                }
                filled += n;
            }
            commands.add(".");
            String reply = reply(line, to.isEmpty() ? "503 5.5.1 no recipients" : "250");
            if (!reply.startsWith("2")) {
                answer(line, reply);
                return;
            }
            if (reply(".", "250").startsWith("2")) {
                received.add(
                        new Received(
                                from,
                                List.copyOf(to),
                                new String(octets, StandardCharsets.UTF_8),
                                sealed));
            }
            if (misbehaviour == PeerMisbehaviour.CLOSE_AT_END) {
                throw new Over();
            }
            taken();
        }

        /** The replies to the end of a message: with LMTP one for each recipient. */
        private void taken() throws IOException {
            if (misbehaviour == PeerMisbehaviour.LYING_SIZE) {
                received.removeLast();
                say("552 5.3.4 message too big");
                return;
            }
            if (misbehaviour == PeerMisbehaviour.REPLY_FOR_EACH_LINE) {
                say("500 5.5.2 what?\r\n500 5.5.2 what?\r\n250 2.0.0 taken");
                return;
            }
            boolean twice = misbehaviour == PeerMisbehaviour.REPLY_TOO_MANY;
            int replies = lmtp ? to.size() : 1;
            for (int i = 0; i < replies; i++) {
                if (i > 0 && misbehaviour == PeerMisbehaviour.CLOSE_AMONG_ENDS) {
                    throw new Over();
                }
                String command = lmtp ? ". " + to.get(i) : ".";
                answer(command, "250 2.0.0 taken" + (twice ? "\r\n250 2.0.0 and again" : ""));
            }
            served = true;
            switch (misbehaviour) {
                case CLOSE_AFTER_MESSAGE -> throw new Over();
                case RESET_AFTER_MESSAGE -> {
                    peer.read(new byte[1], 0, 1); // what is left unread makes it a reset
                    throw new Over();
                }
                default -> {}
            }
        }

        private String message() throws IOException {
            StringBuilder message = new StringBuilder();
            for (String line = line(); !line.equals("."); line = line()) {
                message.append(line).append("\r\n");
            }
            return message.toString();
        }

        private String line() throws IOException {
            return switch (reader.line(LINE_OCTETS_MAX)) {
                case PeerReader.Line.Complete(byte[] octets) ->
                        new String(octets, StandardCharsets.UTF_8);
                case PeerReader.Line.BareNewline _ -> throw new IOException("bare newline");
                case PeerReader.Line.TooLong _ -> throw new IOException("line too long");
                case PeerReader.Line.End _ -> throw new Over();
            };
        }

        private void answer(String command, String usual) throws IOException {
            String reply = reply(command, usual);
            say(reply);
            if (reply.startsWith("421")) {
                throw new Over();
            }
        }

        private String reply(String command, String usual) {
            for (Map.Entry<String, String> each : replies.entrySet()) {
                if (command.startsWith(each.getKey())) {
                    return each.getValue();
                }
            }
            return usual;
        }

        private void say(String lines) throws IOException {
            peer.write(ByteBuffer.wrap((lines + "\r\n").getBytes(StandardCharsets.UTF_8)));
        }
    }
}

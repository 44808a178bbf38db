package postern.sim;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import postern.base.Endpoint;
import postern.base.Listener;
import postern.base.Peer;
import postern.testkit.SimProcess;
import postern.testkit.SimWorld;

/**
 * A mail server somewhere else: takes mail for its domain, misbehaves while it is told to, and
 * writes into the ledger what it took.
 */
final class RemoteHost {
    private static final Pattern FAILED =
            Pattern.compile(
                    "Final-Recipient: *rfc822; *<?([^>\r\n]+?)>? *\r\n", Pattern.CASE_INSENSITIVE);
    private static final Pattern ID = Pattern.compile("\n" + Letter.FIELD + "([^\r\n]+)\r\n");

    private final SimWorld sim;
    private final SimProcess process;
    private final Endpoint at;
    private final Ledger ledger;
    private final SplittableRandom random;
    private final List<Mood> moods;
    private final boolean chunking;
    private boolean healthy;

    /**
     * @param moods what it may do, drawn anew for each connection
     */
    RemoteHost(SimWorld sim, SimProcess process, Endpoint at, Ledger ledger, List<Mood> moods) {
        this.sim = sim;
        this.process = process;
        this.at = at;
        this.ledger = ledger;
        this.random = sim.fork();
        this.moods = List.copyOf(moods);
        this.chunking = random.nextBoolean();
    }

    void start() {
        process.start("listen", this::listen);
    }

    /** From now on it behaves. */
    void heal() {
        healthy = true;
    }

    private void listen() {
        try (Listener listener = process.world().network().listen(at)) {
            while (true) {
                Peer peer = listener.accept();
                Mood mood = healthy ? Mood.NONE : moods.get(random.nextInt(moods.size()));
                process.start("session", () -> new Session(peer, mood).serve());
            }
        } catch (IOException gone) {
            throw new IllegalStateException("a host cannot listen", gone);
        }
    }

    /** Whether a message with that header is a delivery status notification: RFC 3464. */
    static boolean isNotice(String header) {
        return header.contains("multipart/report");
    }

    /** One connection. */
    private final class Session {
        private final Peer peer;
        private final Wire wire;
        private final Mood mood;
        private final List<String> recipients = new ArrayList<>();
        private final List<Ledger.Receipt> unheard = new ArrayList<>();
        private byte[] chunks = {};

        Session(Peer peer, Mood mood) {
            this.peer = peer;
            this.wire = new Wire(peer);
            this.mood = mood;
        }

        void serve() {
            try (peer) {
                wire.expireAfter(Duration.ofHours(1));
                converse();
            } catch (IOException gone) {
                // the client will try again, or it was ourselves who left
            }
        }

        private void converse() throws IOException {
            switch (mood) {
                case NEVER_GREETS -> {
                    wire.line();
                    return;
                }
                case GREETS_421 -> {
                    say("421 4.3.2 come again later");
                    return;
                }
                default -> say("220 " + at + " ESMTP");
            }
            if (mood == Mood.DROPS_AFTER_GREETING) {
                return;
            }
            boolean more = true;
            while (more) {
                String command = wire.line();
                unheard.forEach(Ledger.Receipt::heard);
                unheard.clear();
                more = answer(command);
            }
        }

        /** False when the conversation is over. */
        private boolean answer(String command) throws IOException {
            String verb = command.split("[ :]", 2)[0].toUpperCase(Locale.ROOT);
            return switch (verb) {
                case "EHLO" ->
                        say(
                                "250-sim\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n"
                                        + (chunking ? "250-CHUNKING\r\n" : "")
                                        + "250 ENHANCEDSTATUSCODES");
                case "HELO" -> say("250 sim");
                case "MAIL" -> {
                    reset();
                    yield say("250 2.1.0 fine");
                }
                case "RCPT" -> rcpt(command);
                case "DATA" -> data();
                case "BDAT" -> bdat(command);
                case "RSET" -> {
                    reset();
                    yield say("250 2.0.0 fine");
                }
                case "NOOP" -> say("250 2.0.0 fine");
                case "QUIT" -> {
                    say("221 2.0.0 bye");
                    yield false;
                }
                default -> say("502 5.5.1 what?");
            };
        }

        private void reset() {
            recipients.clear();
            chunks = new byte[0];
        }

        private boolean rcpt(String command) throws IOException {
            String recipient = command.substring(command.indexOf('<') + 1, command.indexOf('>'));
            if (mood == Mood.DROPS_AT_RCPT) {
                return false;
            }
            if (mood == Mood.ANSWERS_451_TO_RCPT) {
                return say("451 4.2.0 not now");
            }
            if (Ledger.doomed(recipient)) {
                return say("550 5.1.1 nobody of that name");
            }
            recipients.add(recipient);
            return say("250 2.1.5 fine");
        }

        private boolean data() throws IOException {
            if (recipients.isEmpty()) {
                return say("554 5.5.1 no valid recipients");
            }
            say("354 go on");
            if (mood == Mood.DROPS_IN_DATA) {
                wire.line();
                return false;
            }
            return take(wire.data());
        }

        private boolean bdat(String command) throws IOException {
            String[] words = command.split(" ", -1);
            byte[] chunk = wire.octets(Integer.parseInt(words[1]));
            if (recipients.isEmpty()) {
                return say("554 5.5.1 no valid recipients");
            }
            if (mood == Mood.DROPS_IN_DATA) {
                return false;
            }
            int before = chunks.length;
            chunks = Arrays.copyOf(chunks, before + chunk.length);
            System.arraycopy(chunk, 0, chunks, before, chunk.length);
            boolean last = words.length > 2 && words[2].equalsIgnoreCase("LAST");
            return last ? take(chunks) : say("250 2.0.0 more");
        }

        /** The end of data: from here on the message is ours, or it is not. */
        private boolean take(byte[] octets) throws IOException {
            if (mood == Mood.ANSWERS_451_AFTER_DOT) {
                return say("451 4.3.0 not today");
            }
            for (String recipient : List.copyOf(recipients)) {
                took(recipient, octets);
            }
            reset();
            if (mood == Mood.SILENT_AFTER_DOT) {
                wire.line();
            }
            if (mood.takesInSilence()) {
                return false;
            }
            say("250 2.0.0 taken");
            if (mood == Mood.HANGS_UP_WITH_421) {
                say("421 4.3.2 enough for now");
                return false;
            }
            return mood != Mood.DROPS_AFTER_250;
        }

        private void took(String recipient, byte[] octets) {
            String text = new String(octets, StandardCharsets.ISO_8859_1);
            int end = text.indexOf("\r\n\r\n");
            if (end >= 0 && isNotice(text.substring(0, end))) {
                notice(recipient, text);
            } else {
                unheard.add(ledger.arrived(recipient, octets, sim.elapsed()));
            }
        }

        private void notice(String to, String text) {
            Matcher id = ID.matcher(text);
            String about = id.find() ? id.group(1) : "[none]";
            Matcher failed = FAILED.matcher(text);
            while (failed.find()) {
                ledger.noticed(about, to, failed.group(1), sim.elapsed());
            }
        }

        /** Always true, so that it can end a step of the conversation. */
        private boolean say(String reply) throws IOException {
            switch (mood) {
                case SLOW -> process.world().clock().sleep(Duration.ofSeconds(random.nextInt(90)));
                case TARPIT ->
                        process.world().clock().sleep(Duration.ofSeconds(random.nextInt(60, 115)));
                case ANSWERS_GARBAGE -> {
                    if (random.nextInt(3) == 0) {
                        unheard.clear(); // a 250 that cannot be read was not heard
                        wire.send("\u00e4h? 250\r\n\u0000\r\n");
                        return true;
                    }
                }
                case ANSWERS_WITHOUT_END -> {
                    if (random.nextInt(4) == 0) {
                        for (int i = 0; i < 5_000; i++) {
                            wire.send("250-" + "and so on ".repeat(9) + "\r\n");
                        }
                        throw new EOFException("enough");
                    }
                }
                default -> {}
            }
            wire.send(reply + "\r\n");
            return true;
        }
    }
}

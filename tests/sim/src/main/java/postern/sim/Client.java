package postern.sim;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import postern.base.Endpoint;
import postern.base.Peer;
import postern.base.World;
import postern.testkit.SimProcess;

/** A client that hands in messages, each again and again until it is told yes or no for good. */
final class Client {
    private static final int ATTEMPTS_MAX = 8;
    private static final Duration PAUSE_MAX = Duration.ofMinutes(8);

    private final SimProcess process;
    private final World world;
    private final Endpoint server;
    private final Ledger ledger;
    private final SplittableRandom random;
    private final Traffic traffic;
    private final int rudeOneIn;
    private int finished;

    /** What a rude client does in the middle of it. */
    private enum Rudeness {
        NONE,
        SAYS_NOTHING,
        ENDLESS_LINE,
        BARE_NEWLINE,
        NONSENSE,
        VANISHES_BEFORE_DATA,
        VANISHES_IN_DATA,
        VANISHES_AFTER_DOT
    }

    /**
     * What to send.
     *
     * @param name of the client; its letters' ids begin with it
     * @param senders reverse-paths; empty for the null one
     * @param recipients whom to write to
     * @param large whether some letters are
     * @param from when the first message is handed in
     * @param within how long after that the last one is
     */
    record Traffic(
            String name,
            List<String> senders,
            List<String> recipients,
            int messages,
            boolean large,
            Duration from,
            Duration within) {
        Traffic {
            senders = List.copyOf(senders);
            recipients = List.copyOf(recipients);
        }
    }

    Client(
            SimProcess process,
            Endpoint server,
            Ledger ledger,
            SplittableRandom random,
            Traffic traffic,
            int rudeOneIn) {
        this.process = process;
        this.world = process.world();
        this.server = server;
        this.ledger = ledger;
        this.random = random;
        this.traffic = traffic;
        this.rudeOneIn = rudeOneIn;
    }

    void start() {
        for (int i = 0; i < traffic.messages(); i++) {
            int number = i;
            process.start(
                    "message" + i,
                    () -> {
                        message(number);
                        finished++;
                    });
        }
    }

    /** Whether it has an answer for each message, or has given up. */
    boolean done() {
        return finished == traffic.messages();
    }

    private void message(int number) {
        world.clock().sleep(traffic.from());
        pause(traffic.within());
        String sender = any(traffic.senders());
        List<String> recipients = new ArrayList<>();
        int count = random.nextInt(4) == 0 ? 1 + random.nextInt(6) : 1;
        for (int i = 0; i < count; i++) {
            recipients.add(any(traffic.recipients()));
        }
        List<String> distinct = recipients.stream().distinct().toList();
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            String id = traffic.name() + "-" + number + "-" + attempt;
            if (attempt(Letter.write(id, sender, distinct, traffic.large(), random))) {
                return;
            }
            pause(PAUSE_MAX);
        }
    }

    private void pause(Duration most) {
        world.clock().sleep(Duration.ofNanos(random.nextLong(most.toNanos())));
    }

    private <T> T any(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private Rudeness mood() {
        boolean rude = rudeOneIn > 0 && random.nextInt(rudeOneIn) == 0;
        return rude ? any(Arrays.asList(Rudeness.values())) : Rudeness.NONE;
    }

    /** True when there was a clear answer. */
    private boolean attempt(Letter letter) {
        ledger.begun(letter);
        try (Peer peer = world.network().connect(server, Duration.ofSeconds(30))) {
            Wire wire = new Wire(peer);
            wire.expireAfter(Duration.ofMinutes(15));
            return converse(wire, letter, mood());
        } catch (IOException | NumberFormatException lost) {
            return false;
        }
    }

    private boolean converse(Wire wire, Letter letter, Rudeness mood) throws IOException {
        if (mood == Rudeness.SAYS_NOTHING) {
            wire.reply();
            wire.line(); // until the server has enough
        }
        if (wire.reply() != 220 || !yes(wire.ask("EHLO client.test"))) {
            return false;
        }
        if (server instanceof Endpoint.Local && wire.ask("AUTH EXTERNAL =") != 235) {
            return false;
        }
        if (annoyed(wire, mood)) {
            return false;
        }
        if (!yes(wire.ask("MAIL FROM:<" + letter.sender() + "> BODY=8BITMIME"))) {
            return false;
        }
        int taken = recipients(wire, letter);
        if (taken == 0 || mood == Rudeness.VANISHES_BEFORE_DATA) {
            return mood != Rudeness.VANISHES_BEFORE_DATA;
        }
        boolean clear =
                random.nextInt(3) == 0 ? chunks(wire, letter, mood) : data(wire, letter, mood);
        if (clear && random.nextBoolean()) {
            wire.ask("QUIT");
        }
        return clear;
    }

    private boolean annoyed(Wire wire, Rudeness mood) throws IOException {
        switch (mood) {
            case ENDLESS_LINE -> {
                for (int i = 0; i < 200; i++) {
                    wire.send("x".repeat(1024));
                }
                wire.reply();
                return true;
            }
            case BARE_NEWLINE -> wire.send("NOOP\nNOOP\r\n");
            case NONSENSE -> wire.send("\u0000\u00ff nonsense\r\n");
            default -> {
                return false;
            }
        }
        wire.reply();
        return random.nextBoolean();
    }

    private int recipients(Wire wire, Letter letter) throws IOException {
        List<String> recipients = letter.recipients();
        int taken = 0;
        if (random.nextBoolean()) {
            StringBuilder all = new StringBuilder(); // RFC 2920
            recipients.forEach(r -> all.append("RCPT TO:<").append(r).append(">\r\n"));
            wire.send(all.toString());
            for (String recipient : recipients) {
                taken += rcpt(letter, recipient, wire.reply());
            }
        } else {
            for (String recipient : recipients) {
                taken += rcpt(letter, recipient, wire.ask("RCPT TO:<" + recipient + ">"));
            }
        }
        return taken;
    }

    private int rcpt(Letter letter, String recipient, int code) {
        if (!yes(code)) {
            return 0;
        }
        ledger.accepted(letter, recipient);
        return 1;
    }

    private boolean data(Wire wire, Letter letter, Rudeness mood) throws IOException {
        if (wire.ask("DATA") != 354) {
            return false;
        }
        byte[] data = Wire.stuffed(letter.octets());
        if (mood == Rudeness.VANISHES_IN_DATA) {
            wire.send(Arrays.copyOf(data, random.nextInt(data.length - 5)));
            return false;
        }
        ledger.answered(letter, Ledger.Answer.UNCLEAR);
        wire.send(data);
        return verdict(wire, letter, mood);
    }

    private boolean chunks(Wire wire, Letter letter, Rudeness mood) throws IOException {
        byte[] octets = letter.octets();
        int cut = random.nextInt(octets.length);
        if (cut > 0) {
            wire.send("BDAT " + cut + "\r\n");
            wire.send(Arrays.copyOf(octets, cut));
            if (!yes(wire.reply()) || mood == Rudeness.VANISHES_IN_DATA) {
                return false;
            }
        }
        ledger.answered(letter, Ledger.Answer.UNCLEAR);
        wire.send("BDAT " + (octets.length - cut) + " LAST\r\n");
        wire.send(Arrays.copyOfRange(octets, cut, octets.length));
        return verdict(wire, letter, mood);
    }

    private boolean verdict(Wire wire, Letter letter, Rudeness mood) throws IOException {
        if (mood == Rudeness.VANISHES_AFTER_DOT) {
            return false;
        }
        int code = wire.reply();
        if (yes(code)) {
            ledger.answered(letter, Ledger.Answer.TAKEN);
            return true;
        }
        if (code >= 500) {
            ledger.answered(letter, Ledger.Answer.REFUSED);
            return true;
        }
        return false;
    }

    private static boolean yes(int code) {
        return code / 100 == 2;
    }
}

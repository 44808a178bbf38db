package postern.sim;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One attempt of a client to hand in a message. A client that tries again makes a new letter, so
 * that whatever arrives tells which attempt it was.
 *
 * @param sender empty for the null reverse-path
 * @param octets the message in wire form: CRLF, dots not stuffed, ends with CRLF
 */
record Letter(String id, String sender, List<String> recipients, byte[] octets) {
    /** The header field that carries the id. */
    static final String FIELD = "X-Sim-Id: ";

    private static final int BODY_OCTETS_MANY = 90_000;

    /** More than a record of the queue, and than smtpd and agents hold in memory. */
    private static final int BODY_OCTETS_LARGE = 3_000_000;

    Letter {
        recipients = List.copyOf(recipients);
    }

    static Letter write(
            String id,
            String sender,
            List<String> recipients,
            boolean large,
            SplittableRandom random) {
        StringBuilder text = new StringBuilder();
        text.append("From: <").append(sender).append(">\r\n");
        text.append("Subject: simulated\r\n").append(FIELD).append(id).append("\r\n");
        text.append("Date: Thu, 01 Jan 2026 00:00:00 +0000\r\n");
        text.append("Message-ID: <").append(id).append("@sim.test>\r\n\r\n");
        body(text, size(large, random), random);
        byte[] octets = text.toString().getBytes(StandardCharsets.ISO_8859_1);
        return new Letter(id, sender, recipients, octets);
    }

    private static int size(boolean large, SplittableRandom random) {
        if (large && random.nextInt(6) == 0) {
            return random.nextInt(BODY_OCTETS_LARGE);
        }
        return random.nextInt(random.nextInt(12) == 0 ? BODY_OCTETS_MANY : 900);
    }

    /** Lines as people and programs write them, and as they hurt: dots, eight bits, empty, long. */
    private static void body(StringBuilder text, int size, SplittableRandom random) {
        int end = text.length() + size;
        while (text.length() < end) {
            switch (random.nextInt(8)) {
                case 0 -> text.append("\r\n");
                case 1 -> text.append(".\r\n");
                case 2 -> text.append("..two\r\n");
                case 3 -> text.append("caf\u00e9 \u00ff\u0080\r\n");
                case 4 -> text.append("From here on\r\n");
                case 5 -> text.append("x".repeat(random.nextInt(997) + 1)).append("\r\n");
                default -> text.append("The quick brown fox jumps over it.\r\n");
            }
        }
    }
}

package postern.mailbox;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import postern.mail.Content;
import postern.mail.Mailbox;

/** To whom a message was delivered before, by its own header: what comes again is a loop. */
public record DeliveredTo(Set<String> addresses) {
    /** Header looked through, in octets. Origin: Postfix, header_size_limit. */
    private static final int HEADER_OCTETS_MAX = 102_400;

    private static final int BLOCK_OCTETS = 4 * 1024;
    private static final byte[] NAME = "delivered-to:".getBytes(StandardCharsets.US_ASCII);

    /** Reads the header. */
    public static DeliveredTo of(Content content) throws IOException {
        var scan = new Scan();
        byte[] block = new byte[BLOCK_OCTETS];
        long at = 0;
        while (at < HEADER_OCTETS_MAX && !scan.over) {
            int n = content.read(at, block, 0, block.length);
            if (n < 0) {
                break;
            }
            at += n;
            for (int i = 0; i < n && !scan.over; i++) {
                scan.one(block[i]);
            }
        }
        return new DeliveredTo(scan.found);
    }

    public boolean contains(Mailbox mailbox) {
        return !addresses.isEmpty()
                && addresses.contains(mailbox.toString().toLowerCase(Locale.ROOT));
    }

    private static final class Scan {
        private final Set<String> found = new HashSet<>();
        private final ByteArrayOutputStream value = new ByteArrayOutputStream(0);
        private int inLine; // octets of this line seen
        private int matched; // of them octets of the name; -1: another field
        private boolean over;

        void one(byte octet) {
            if (octet == '\r') {
                return;
            }
            if (octet == '\n') {
                over = inLine == 0;
                if (matched == NAME.length) {
                    String text = value.toString(StandardCharsets.UTF_8).strip();
                    found.add(text.toLowerCase(Locale.ROOT));
                    value.reset();
                }
                inLine = 0;
                matched = 0;
                return;
            }
            inLine++;
            if (matched == NAME.length) {
                value.write(octet);
            } else if (matched >= 0) {
                int lower = octet >= 'A' && octet <= 'Z' ? octet + 32 : octet;
                matched = lower == NAME[matched] ? matched + 1 : -1;
            }
        }
    }
}

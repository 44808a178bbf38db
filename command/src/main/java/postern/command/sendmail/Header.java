package postern.command.sendmail;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The header section of a message in wire form, as sendmail needs it: RFC 5322 §2.2. Fields keep
 * their octets.
 *
 * @param bodyFrom index of the first octet behind the header; the empty line between is part of the
 *     body
 * @param separated whether that empty line is there; text that begins without a header has none
 */
record Header(List<Field> fields, int bodyFrom, boolean separated) {

    /**
     * @param name in lower case
     * @param value unfolded, decoded as UTF-8 where it is that
     * @param octets all lines, their CRLF included
     */
    record Field(String name, String value, byte[] octets) {}

    /**
     * @param length octets that belong to the message
     */
    static Header parse(byte[] message, int length) {
        List<Field> fields = new ArrayList<>();
        int at = 0;
        while (startsWith(message, at, length, "From ")
                || startsWith(message, at, length, ">From ")) { // of an mbox, or of UUCP
            at = lineEnd(message, at, length);
        }
        while (at < length) {
            int end = lineEnd(message, at, length);
            if (message[at] == '\r' && end == at + 2) {
                return new Header(fields, at, true);
            }
            int colon = colon(message, at, end);
            if (colon < 0) {
                return new Header(fields, at, false);
            }
            while (end < length && (message[end] == ' ' || message[end] == '\t')) {
                end = lineEnd(message, end, length);
            }
            fields.add(field(message, at, colon, end));
            at = end;
        }
        return new Header(fields, at, false);
    }

    private static Field field(byte[] message, int from, int colon, int end) {
        String name = text(message, from, colon).strip().toLowerCase(Locale.ROOT);
        String folded = text(message, colon + 1, end);
        StringBuilder value = new StringBuilder(folded.length());
        for (int i = 0; i < folded.length(); i++) {
            char c = folded.charAt(i);
            if (c != '\r' && c != '\n') {
                value.append(c);
            }
        }
        byte[] octets = new byte[end - from];
        System.arraycopy(message, from, octets, 0, octets.length);
        return new Field(name, value.toString().strip(), octets);
    }

    /** The colon behind a field name; -1 when the line is no field (RFC 5322 §2.2). */
    private static int colon(byte[] message, int from, int end) {
        int i = from;
        while (i < end && message[i] > ' ' && message[i] < 0x7f && message[i] != ':') {
            i++;
        }
        int name = i;
        while (i < end && (message[i] == ' ' || message[i] == '\t')) { // obsolete: §4.5.3
            i++;
        }
        return name > from && i < end && message[i] == ':' ? i : -1;
    }

    private static int lineEnd(byte[] message, int from, int length) {
        for (int i = from; i < length; i++) {
            if (message[i] == '\n') {
                return i + 1;
            }
        }
        return length;
    }

    private static boolean startsWith(byte[] message, int from, int length, String prefix) {
        if (length - from < prefix.length()) {
            return false;
        }
        for (int i = 0; i < prefix.length(); i++) {
            if (message[from + i] != prefix.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static String text(byte[] octets, int from, int to) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(octets, from, to - from))
                    .toString();
        } catch (CharacterCodingException older) {
            return new String(octets, from, to - from, StandardCharsets.ISO_8859_1);
        }
    }

    boolean has(String name) {
        return fields.stream().anyMatch(field -> field.name().equals(name));
    }

    /**
     * The fields that name recipients: those of the last resending where there is one (RFC 5322
     * §3.6.6).
     */
    List<Field> recipientFields() {
        boolean resent = has("resent-to") || has("resent-cc") || has("resent-bcc");
        String prefix = resent ? "resent-" : "";
        return fields.stream()
                .filter(
                        field ->
                                field.name().equals(prefix + "to")
                                        || field.name().equals(prefix + "cc")
                                        || field.name().equals(prefix + "bcc"))
                .toList();
    }

    /** Whether a field holds UTF-8 beyond ASCII, so that the message needs RFC 6532. */
    boolean internationalized() {
        return fields.stream().anyMatch(field -> eightBit(field.octets()) && utf8(field.octets()));
    }

    private static boolean eightBit(byte[] octets) {
        for (byte octet : octets) {
            if (octet < 0) {
                return true;
            }
        }
        return false;
    }

    private static boolean utf8(byte[] octets) {
        try {
            int unused =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets)).length();
            return true;
        } catch (CharacterCodingException no) {
            return false;
        }
    }

    /**
     * The header as it goes out: without blind copies, and with {@code from} where the message has
     * no From field.
     *
     * @param from a whole field without CRLF, or an empty text
     */
    byte[] outgoing(String from) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        if (!from.isEmpty() && !has("from")) {
            out.writeBytes((from + "\r\n").getBytes(StandardCharsets.UTF_8));
        }
        for (Field field : fields) {
            if (!field.name().equals("bcc") && !field.name().equals("resent-bcc")) {
                out.writeBytes(field.octets());
            }
        }
        if (!separated) {
            out.writeBytes(new byte[] {'\r', '\n'});
        }
        return out.toByteArray();
    }
}

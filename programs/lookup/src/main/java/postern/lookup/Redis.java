package postern.lookup;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * The protocol of Redis and Valkey (RESP2), as far as a value is asked for. Each word of a command
 * goes with its length, so that no octet of a key means anything. Any thread.
 *
 * @param user whom the server knows us as; empty: its default
 * @param password empty: none is said
 * @param database its number
 */
record Redis(String user, String password, int database) implements StoreTable.Store {
    /** Errors about the server as a whole, so that another is asked. */
    private static final Set<String> UNWELL =
            Set.of("LOADING", "MASTERDOWN", "CLUSTERDOWN", "NOAUTH", "BUSY", "TRYAGAIN");

    @Override
    public void say(Lines lines) throws IOException {
        if (!password.isEmpty()) {
            if (user.isEmpty()) {
                well(lines, "AUTH", password);
            } else {
                well(lines, "AUTH", user, password);
            }
        }
        if (database != 0) {
            well(lines, "SELECT", Integer.toString(database));
        }
    }

    private static void well(Lines lines, String... words) throws IOException {
        byte[][] octets = new byte[words.length][];
        for (int i = 0; i < words.length; i++) {
            octets[i] = words[i].getBytes(StandardCharsets.UTF_8);
        }
        lines.write(command(octets));
        String reply = lines.line();
        if (!reply.equals("+OK")) {
            throw new IOException(reply.startsWith("-") ? reply.substring(1) : odd());
        }
    }

    @Override
    public boolean possible(byte[] key) {
        return true;
    }

    @Override
    public StoreTable.Value get(Lines lines, byte[] key) throws IOException {
        lines.write(command("GET".getBytes(StandardCharsets.US_ASCII), key));
        String head = lines.line();
        if (head.equals("$-1")) {
            return StoreTable.Value.NOT_THERE;
        }
        if (head.startsWith("$")) {
            return StoreTable.value(lines, StoreTable.length(head.substring(1)));
        }
        if (!head.startsWith("-")) {
            throw new IOException(odd());
        }
        String error = head.substring(1);
        if (UNWELL.contains(error.split(" ", 2)[0])) {
            throw new IOException(error);
        }
        return new StoreTable.Value.Unusable(error);
    }

    private static String odd() {
        return "a reply that is none of Redis's";
    }

    private static byte[] command(byte[]... words) {
        var command = new ByteArrayOutputStream(64);
        command.writeBytes(head('*', words.length));
        for (byte[] word : words) {
            command.writeBytes(head('$', word.length));
            command.writeBytes(word);
            command.writeBytes(new byte[] {'\r', '\n'});
        }
        return command.toByteArray();
    }

    private static byte[] head(char kind, int number) {
        return (kind + Integer.toString(number) + "\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    /** Tells no secret. */
    @Override
    public String toString() {
        return "Redis[" + user + ", " + database + "]";
    }
}

package postern.mailbox;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import postern.base.Disk;
import postern.base.DiskFile;

/**
 * The quota of a Maildir, as Maildir++ keeps it: a file {@code maildirsize} whose first line is the
 * quota ({@code 10000000S,1000C}) and whose others are octets and messages that came or went. The
 * quota in the file counts before a configured one. Whoever is over is counted anew from the
 * folders, since readers that know nothing of the file remove messages too.
 */
final class MaildirSize {
    private static final String FILE = "maildirsize";

    /** A longer file is counted anew, so that it stays short. Origin: Maildir++. */
    private static final int FILE_OCTETS_MAX = 5_120;

    private final Disk disk;
    private final Path maildir;
    private final Path file;

    MaildirSize(Disk disk, Path maildir) {
        this.disk = disk;
        this.maildir = maildir;
        this.file = maildir.resolve(FILE);
    }

    /** The mailbox has no room for the message. */
    static final class OverQuota extends IOException {
        private static final long serialVersionUID = 1;

        OverQuota(Path maildir) {
            super("mailbox " + maildir + " is over its quota");
        }
    }

    /**
     * What a mailbox may hold, or holds.
     *
     * @param octets 0 in a quota: no limit
     * @param messages 0 in a quota: no limit
     */
    private record Amount(long octets, long messages) {
        boolean holds(Amount used, long more) {
            return (octets == 0 || used.octets + more <= octets)
                    && (messages == 0 || used.messages + 1 <= messages);
        }

        String line() {
            return octets + " " + messages + "\n";
        }

        String quota() {
            return octets + "S" + (messages == 0 ? "" : "," + messages + "C") + "\n";
        }
    }

    /** What the file says. */
    private record Stated(Amount quota, Amount used) {}

    /**
     * Sees to it that the message fits.
     *
     * @param quotaOctets the configured quota, 0: none
     * @return whether the message is to be counted once it is there
     * @throws OverQuota it does not
     */
    boolean admit(long octets, long quotaOctets) throws IOException {
        String text = read();
        Stated stated = parse(text);
        if (stated == null && quotaOctets == 0) {
            return false;
        }
        Amount quota = stated == null ? new Amount(quotaOctets, 0) : stated.quota;
        if (stated != null
                && text.length() <= FILE_OCTETS_MAX
                && quota.holds(stated.used, octets)) {
            return true;
        }
        Amount counted = count();
        write(quota.quota() + counted.line());
        if (!quota.holds(counted, octets)) {
            throw new OverQuota(maildir);
        }
        return true;
    }

    void add(long octets) throws IOException {
        try {
            disk.append(file, new Amount(octets, 1).line().getBytes(StandardCharsets.US_ASCII));
        } catch (NoSuchFileException removed) {
            // somebody counts anew just now, and our message with the others
        }
    }

    /** Empty when there is none. */
    private String read() throws IOException {
        if (!disk.leads(file)) { // of most; an exception costs more than the look
            return "";
        }
        try {
            return new String(disk.head(file, FILE_OCTETS_MAX + 1), StandardCharsets.US_ASCII);
        } catch (NoSuchFileException none) {
            return "";
        }
    }

    /** Null when the first line is no quota. */
    private static @Nullable Stated parse(String text) {
        List<String> lines = text.lines().toList();
        if (lines.isEmpty()) {
            return null;
        }
        long octetsMax = 0;
        long messagesMax = 0;
        for (String part : lines.getFirst().split(",", -1)) {
            Optional<Long> figure = figure(part.substring(0, Math.max(0, part.length() - 1)));
            if (figure.isEmpty()) {
                return null;
            }
            if (part.endsWith("S")) {
                octetsMax = figure.get();
            } else if (part.endsWith("C")) {
                messagesMax = figure.get();
            }
        }
        long octets = 0;
        long messages = 0;
        for (String line : lines.subList(1, lines.size())) {
            String[] words = line.strip().split("[ \t]+", -1);
            octets += words.length == 2 ? figure(words[0]).orElse(0L) : 0;
            messages += words.length == 2 ? figure(words[1]).orElse(0L) : 0;
        }
        return new Stated(new Amount(octetsMax, messagesMax), new Amount(octets, messages));
    }

    private static Optional<Long> figure(String text) {
        try {
            return Optional.of(Long.parseLong(text));
        } catch (NumberFormatException none) {
            return Optional.empty();
        }
    }

    /** All folders of the Maildir, the trash not. */
    private Amount count() throws IOException {
        var total = new long[2];
        count(maildir, total);
        for (String name : disk.list(maildir)) {
            if (name.startsWith(".") && !name.equals(".Trash")) {
                count(maildir.resolve(name), total);
            }
        }
        return new Amount(total[0], total[1]);
    }

    private void count(Path folder, long[] total) throws IOException {
        for (String part : List.of("new", "cur")) {
            Path messages = folder.resolve(part);
            if (disk.exists(messages)) {
                for (String name : disk.list(messages)) {
                    total[0] += octets(messages, name);
                    total[1]++;
                }
            }
        }
    }

    /** From the name where it tells, {@code ,S=4711}, else from the file. */
    private long octets(Path folder, String name) throws IOException {
        int at = name.indexOf(",S=");
        if (at >= 0) {
            int end = at + 3;
            while (end < name.length() && Character.isDigit(name.charAt(end))) {
                end++;
            }
            Optional<Long> told = figure(name.substring(at + 3, end));
            if (told.isPresent()) {
                return told.get();
            }
        }
        try (DiskFile message = disk.openRead(folder.resolve(name))) {
            return message.size();
        } catch (NoSuchFileException gone) {
            return 0; // its reader was faster
        }
    }

    /** Anew. Two that do so at once count the same folders. */
    private void write(String text) throws IOException {
        if (disk.exists(file)) {
            disk.delete(file);
        }
        try (DiskFile made = disk.create(file)) {
            made.write(0, ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
        } catch (FileAlreadyExistsException other) {
            // another delivery has just counted
        }
    }
}

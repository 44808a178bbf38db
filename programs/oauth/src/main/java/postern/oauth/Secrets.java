package postern.oauth;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import postern.base.Disk;

/** Files that hold one secret. */
final class Secrets {
    /** Tokens of Microsoft's are some 2 KiB. */
    static final int OCTETS_MAX = 6 * 1024;

    private Secrets() {}

    /**
     * The only line of a file.
     *
     * @throws IOException it cannot be read, or is none; tells nothing of what it holds
     */
    static String read(Disk disk, Path file) throws IOException {
        String text = whole(disk, file).strip();
        if (!fits(text)) {
            throw new IOException(file + " holds no secret: one line of printable ASCII");
        }
        return text;
    }

    /**
     * Whether {@link #read} would.
     *
     * @throws IOException it would not
     */
    static void check(Disk disk, Path file) throws IOException {
        String unused = read(disk, file);
    }

    /** Why a file could not be read, with its name. */
    static String words(IOException unread) {
        return switch (unread) {
            case NoSuchFileException none -> none.getFile() + ": there is no such file";
            case FileSystemException barred -> barred.getFile() + " cannot be read";
            default -> String.valueOf(unread.getMessage());
        };
    }

    static String whole(Disk disk, Path file) throws IOException {
        return new String(disk.head(file, OCTETS_MAX + 1024), StandardCharsets.ISO_8859_1);
    }

    /** Whether it may be a token or a secret: RFC 6749 appendix A. */
    static boolean fits(String text) {
        return !text.isEmpty()
                && text.length() <= OCTETS_MAX
                && text.chars().allMatch(c -> c >= ' ' && c <= '~');
    }
}

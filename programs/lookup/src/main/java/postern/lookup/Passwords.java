package postern.lookup;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import postern.base.Bug;
import postern.base.Disk;
import postern.table.DatabaseKeys;
import postern.table.TableConfig;

/** The passwords of tables' servers. Secret: no part of them is ever in a message. */
public interface Passwords {
    /** Longest file of a password, in octets. */
    int FILE_OCTETS_MAX = 4096;

    /**
     * Of that table; empty where it has none.
     *
     * @throws IOException its file cannot be read
     */
    String of(TableConfig table) throws IOException;

    /** Read from their files, each time. */
    static Passwords files(Disk disk) {
        return table -> {
            Optional<Path> file = table.group().get(DatabaseKeys.PASSWORD_FILE);
            return file.isEmpty() ? "" : read(disk, file.get());
        };
    }

    private static String read(Disk disk, Path file) throws IOException {
        try {
            byte[] octets = disk.head(file, FILE_OCTETS_MAX);
            return new String(octets, StandardCharsets.UTF_8).strip();
        } catch (NoSuchFileException none) {
            throw new IOException(file + ": there is no such file", none);
        } catch (AccessDeniedException denied) {
            throw new IOException(file + ": it may not be read by this user", denied);
        }
    }

    /**
     * Those of the tables, as text for {@link #handed}: what master gives to the lookup domain.
     *
     * @throws IOException a file cannot be read
     */
    static String secretText(Disk disk, List<TableConfig> tables) throws IOException {
        StringBuilder text = new StringBuilder();
        Passwords files = files(disk);
        for (TableConfig table : tables) {
            String password = files.of(table);
            if (!password.isEmpty()) {
                byte[] octets = password.getBytes(StandardCharsets.UTF_8);
                text.append(table.name()).append(' ');
                text.append(Base64.getEncoder().encodeToString(octets)).append('\n');
            }
        }
        return text.toString();
    }

    /** Reads what {@link #secretText} wrote. */
    static Passwords handed(String secretText) {
        Map<String, String> passwords = new HashMap<>();
        secretText
                .lines()
                .forEach(
                        line -> {
                            int space = line.indexOf(' ');
                            Bug.unless(space > 0, "a password is handed with its table's name");
                            byte[] octets = Base64.getDecoder().decode(line.substring(space + 1));
                            passwords.put(
                                    line.substring(0, space),
                                    new String(octets, StandardCharsets.UTF_8));
                        });
        return table -> passwords.getOrDefault(table.name(), "");
    }
}

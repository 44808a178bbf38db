package postern.command;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.Console;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.ParseResult;
import postern.base.system.SystemWorld;
import postern.command.Installation.PasswordPlace;
import postern.sasl.Prepared;
import postern.sasl.password.PasswordFile;
import postern.sasl.password.PasswordFile.Account;
import postern.sasl.password.Scheme;

/**
 * {@code postern passwd}. The file is written anew beside the old one, synced, and takes its place
 * at once; two who write at the same time wait for each other.
 */
final class PasswordCommand {
    /** How a password is kept unless said otherwise. */
    static final String SCHEME = Scheme.ARGON2ID.text();

    private static final Set<PosixFilePermission> OURS =
            PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> GROUPS =
            PosixFilePermissions.fromString("rw-r-----");
    private static final int LINE_OCTETS_MAX = 4096;

    private final Terminal terminal;
    private final PasswordPlace place;

    PasswordCommand(Terminal terminal, PasswordPlace place) {
        this.terminal = terminal;
        this.place = place;
    }

    ExitStatus run(ParseResult options) {
        if (place.file().isEmpty()) {
            return refuse(ExitStatus.CONFIGURATION, "auth.passwords names no file");
        }
        Path file = place.file().get();
        try {
            if (options.hasMatchedOption("--list")) {
                return list(file);
            }
            String named = options.matchedPositionalValue(0, "");
            Optional<String> user = PasswordFile.login(named);
            if (user.isEmpty()) {
                return refuse(
                        ExitStatus.USAGE,
                        named.isEmpty() ? "name a user" : "\"" + named + "\" can be no user");
            }
            if (options.hasMatchedOption("--delete")) {
                return delete(file, user.get());
            }
            if (options.hasMatchedOption("--check")) {
                return check(file, user.get());
            }
            return set(file, user.get(), options.matchedOptionValue("--scheme", SCHEME));
        } catch (IOException failed) {
            return refuse(ExitStatus.IO_ERROR, file + ": " + failed.getMessage());
        }
    }

    private ExitStatus refuse(ExitStatus status, String why) {
        terminal.err().println("postern: passwd: " + why);
        return status;
    }

    private ExitStatus list(Path file) throws IOException {
        PasswordFile read = PasswordFile.parse(text(file));
        for (Account account : read.all()) {
            List<String> forms =
                    account.hashes().stream().map(hash -> hash.scheme().text()).toList();
            terminal.out().println(account.login() + "  " + String.join(",", forms));
        }
        return sound(file, read);
    }

    private ExitStatus sound(Path file, PasswordFile read) {
        for (PasswordFile.Problem problem : read.problems()) {
            terminal.err().println(file + ":" + problem.line() + ": " + problem.what());
        }
        return read.problems().isEmpty() ? ExitStatus.OK : ExitStatus.DATA_ERROR;
    }

    private ExitStatus check(Path file, String user) throws IOException {
        Optional<Account> account = PasswordFile.parse(text(file)).account(user);
        if (account.isEmpty()) {
            return refuse(ExitStatus.NO_USER, "there is no user " + user);
        }
        Optional<String> password = password(false);
        if (password.isEmpty()) {
            return refuse(ExitStatus.USAGE, "no password was given");
        }
        boolean right =
                account.get().hashes().stream().allMatch(hash -> hash.matches(password.get()));
        terminal.out().println(right ? "right" : "wrong");
        return right ? ExitStatus.OK : ExitStatus.NO_USER;
    }

    private ExitStatus delete(Path file, String user) throws IOException {
        if (PasswordFile.parse(text(file)).account(user).isEmpty()) {
            return refuse(ExitStatus.NO_USER, "there is no user " + user);
        }
        change(file, user, "");
        terminal.out().println(user + ": deleted");
        return ExitStatus.OK;
    }

    private ExitStatus set(Path file, String user, String names) throws IOException {
        List<Scheme> schemes = new ArrayList<>();
        for (String name : names.split(",", -1)) {
            Optional<Scheme> scheme = Scheme.of(name);
            if (scheme.isEmpty()) {
                return refuse(ExitStatus.USAGE, "\"" + name + "\" is no scheme");
            }
            schemes.add(scheme.get());
        }
        Optional<String> password = password(true);
        if (password.isEmpty()) {
            return refuse(
                    ExitStatus.USAGE,
                    "no password was given, two that differ, or one that cannot be used");
        }
        var secrets = SystemWorld.secrets();
        List<String> hashes =
                schemes.stream().map(scheme -> scheme.hash(password.get(), secrets)).toList();
        boolean known =
                Files.exists(file) && PasswordFile.parse(text(file)).account(user).isPresent();
        change(file, user, String.join(" ", hashes));
        terminal.out().println(user + (known ? ": changed" : ": added"));
        return ExitStatus.OK;
    }

    /** In the one form in which passwords are compared. */
    private Optional<String> password(boolean twice) throws IOException {
        Console console = System.console();
        if (console == null || !console.isTerminal()) {
            return Prepared.of(line());
        }
        char[] first = console.readPassword("Password: ");
        char[] second = twice ? console.readPassword("Again: ") : first;
        if (first == null || second == null || !Arrays.equals(first, second)) {
            return Optional.empty();
        }
        return Prepared.of(new String(first));
    }

    private String line() throws IOException {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        int octet = terminal.in().read();
        while (octet >= 0 && octet != '\n' && octets.size() < LINE_OCTETS_MAX) {
            octets.write(octet);
            octet = terminal.in().read();
        }
        return octets.toString(StandardCharsets.UTF_8).replaceFirst("\r$", "");
    }

    private static String text(Path file) throws IOException {
        try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            return reader.readAllAsString();
        }
    }

    private void change(Path file, String user, String hashes) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IOException("not a file");
        }
        if (!Files.exists(folder)) {
            Files.createDirectories(folder);
        }
        Path lock = folder.resolve("." + file.getFileName() + ".lock");
        try (FileChannel open =
                        FileChannel.open(
                                lock,
                                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                                PosixFilePermissions.asFileAttribute(OURS));
                FileLock _ = open.lock()) {
            String text = Files.exists(file) ? text(file) : "";
            replace(folder, file, PasswordFile.changed(text, user, hashes));
        }
    }

    private void replace(Path folder, Path file, String text) throws IOException {
        Path next = Files.createTempFile(folder, "." + file.getFileName() + ".", "");
        try {
            like(file, next);
            try (FileChannel open = FileChannel.open(next, StandardOpenOption.WRITE)) {
                ByteBuffer octets = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
                while (octets.hasRemaining()) {
                    int _ = open.write(octets);
                }
                open.force(true);
            }
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
            terminal.world().disk().syncDirectory(folder);
        } finally {
            Files.deleteIfExists(next);
        }
    }

    /** Owner, group and mode stay; a new file of root's can be read by the group of auth. */
    private void like(Path old, Path next) throws IOException {
        boolean root = Integer.valueOf(0).equals(Files.getAttribute(next, "unix:uid"));
        if (Files.exists(old)) {
            if (root) {
                Files.setAttribute(next, "unix:uid", Files.getAttribute(old, "unix:uid"));
                Files.setAttribute(next, "unix:gid", Files.getAttribute(old, "unix:gid"));
            }
            Files.setPosixFilePermissions(next, Files.getPosixFilePermissions(old));
        } else if (root && place.reader() >= 0) {
            Files.setAttribute(next, "unix:gid", place.reader());
            Files.setPosixFilePermissions(next, GROUPS);
        } else {
            Files.setPosixFilePermissions(next, OURS);
        }
    }
}

package postern.os;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** Folders that belong to a domain. */
public final class Folders {
    private Folders() {}

    /**
     * Makes the folder (its parent must exist) with exactly these permission bits and that owner.
     * One that exists keeps its permissions, which an administrator may have chosen, but must have
     * the owner.
     *
     * @throws IOException with the remedy, where somebody else owns it
     */
    public static void make(Path folder, int mode, int owner) throws IOException {
        try {
            Files.createDirectory(
                    folder,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
            if (owner != Identity.current().uid()) {
                Files.setAttribute(folder, "unix:uid", owner);
            }
            Files.setPosixFilePermissions(folder, permissions(mode));
        } catch (FileAlreadyExistsException there) {
            Object has = Files.getAttribute(folder, "unix:uid", LinkOption.NOFOLLOW_LINKS);
            if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException(folder + ": is not a folder");
            }
            if (!Integer.valueOf(owner).equals(has)) {
                throw new IOException(
                        folder
                                + ": belongs to uid "
                                + has
                                + ", but uid "
                                + owner
                                + " works in it; remedy: chown -R "
                                + owner
                                + " "
                                + folder);
            }
        }
    }

    /**
     * What keeps that identity from reading the path: the path itself or the first folder above it
     * that is closed. Empty when it can be read, or does not exist, or the identity is our own.
     */
    public static Optional<Path> closedTo(Identity identity, Path path) throws IOException {
        if (identity.uid() == Identity.current().uid() || !Files.exists(path)) {
            return Optional.empty();
        }
        Path real = path.toRealPath();
        return identity.call(
                () -> {
                    Path at = Path.of("/");
                    for (Path name : real) {
                        if (!Files.isExecutable(at)) {
                            return Optional.of(at);
                        }
                        at = at.resolve(name);
                    }
                    return Files.isReadable(at) ? Optional.empty() : Optional.of(at);
                });
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        Set<PosixFilePermission> set = EnumSet.noneOf(PosixFilePermission.class);
        PosixFilePermission[] all = PosixFilePermission.values(); // from the owner's read on down
        for (int i = 0; i < all.length; i++) {
            if ((mode >> (all.length - 1 - i) & 1) != 0) {
                set.add(all[i]);
            }
        }
        return set;
    }
}

package postern.os;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Folders that belong to a domain. */
public final class Folders {
    private static final int PATH_CLOEXEC = 0x200000 | 0x80000;
    private static final long RESOLVE_BENEATH_NO_SYMLINKS = 0x08 | 0x04;

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
        return new Deputies()
                .call(
                        identity,
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

    /**
     * Sees to it that paths below a folder stay there: no part of them that exists is a symbolic
     * link, and none leads out. What does not exist yet leads nowhere.
     *
     * @throws IOException one does not stay, or cannot be looked at
     */
    public static void beneath(Path folder, List<Path> relatives) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment root = arena.allocateFrom(folder.toString());
            long opened =
                    Syscall.call(Syscall.OPENAT, Syscall.AT_FDCWD, root.address(), PATH_CLOEXEC, 0);
            int descriptor = (int) Errno.check(folder.toString(), opened);
            try {
                MemorySegment how = arena.allocate(24, 8); // struct open_how
                how.set(ValueLayout.JAVA_LONG, 0, PATH_CLOEXEC);
                how.set(ValueLayout.JAVA_LONG, 16, RESOLVE_BENEATH_NO_SYMLINKS);
                for (Path relative : relatives) {
                    MemorySegment name = arena.allocateFrom(relative.toString());
                    long found =
                            Syscall.call(
                                    Syscall.OPENAT2, descriptor, name.address(), how.address(), 24);
                    if (found >= 0) {
                        Descriptors.close((int) found);
                    } else if (found != -Errno.ENOENT) {
                        throw Errno.failure(folder.resolve(relative).toString(), found);
                    }
                }
            } finally {
                Descriptors.close(descriptor);
            }
        }
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

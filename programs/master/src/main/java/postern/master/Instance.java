package postern.master;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import postern.base.Disk;
import postern.base.DiskFile;

/** The claim on a state folder. The kernel gives it up with the process, however that ends. */
final class Instance implements AutoCloseable {
    private static final int PID_OCTETS_MAX = 20;

    private final DiskFile file;

    private Instance(DiskFile file) {
        this.file = file;
    }

    /**
     * Claims the folder.
     *
     * @throws Master.Refused another master has it; the text names its pid
     */
    static Instance claim(Disk disk, Path run) throws IOException, Master.Refused {
        Path path = run.resolve("lock");
        DiskFile file = open(disk, path);
        if (!file.tryLock()) {
            String pid = read(file);
            file.close();
            throw new Master.Refused(
                    Master.Refused.Kind.INSTANCE,
                    List.of(
                            "another postern (pid "
                                    + pid
                                    + ") already runs on "
                                    + path.getParent()
                                    + "; stop it first, or choose another state folder"));
        }
        byte[] pid = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
        file.truncate(0);
        file.write(0, ByteBuffer.wrap(pid));
        return new Instance(file);
    }

    private static DiskFile open(Disk disk, Path path) throws IOException {
        try {
            return disk.open(path);
        } catch (NoSuchFileException fresh) {
            return disk.create(path);
        }
    }

    private static String read(DiskFile file) throws IOException {
        return new String(file.head(PID_OCTETS_MAX), StandardCharsets.US_ASCII).strip();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
